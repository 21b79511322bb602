//! The `key = value` lists inside attributes.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Ident, Lit, LitStr, Meta, Token, parenthesized};

use crate::diagnostics::{Faults, unknown_key};
use crate::krate::Krate;

/// One item of an attribute's list.
pub(crate) struct Entry {
    pub(crate) key: Ident,
    pub(crate) value: Given,
}

/// What follows a key.
pub(crate) enum Given {
    Nothing,
    Expr(Box<Expr>),
    List(TokenStream),
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let key = input.call(Ident::parse_any)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Given::Expr(input.parse()?)
        } else if input.peek(syn::token::Paren) {
            let list;
            parenthesized!(list in input);
            Given::List(list.parse()?)
        } else {
            Given::Nothing
        };
        Ok(Self { key, value })
    }
}

impl ToTokens for Entry {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.key.to_tokens(tokens);
        match &self.value {
            Given::Nothing => {}
            Given::Expr(value) => value.to_tokens(tokens),
            Given::List(list) => list.to_tokens(tokens),
        }
    }
}

impl Entry {
    /// The key as written.
    pub(crate) fn name(&self) -> String {
        self.key.to_string()
    }

    /// The value, which must be a string literal.
    pub(crate) fn text(&self, faults: &mut Faults) -> Option<LitStr> {
        if let Given::Expr(value) = &self.value
            && let Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) = ungrouped(value)
        {
            return Some(text.clone());
        }
        faults.at(self, format!("`{0}` takes a string: `{0} = \"…\"`", self.key));
        None
    }

    /// The value, which must be a string literal or a macro that makes one at compile time.
    pub(crate) fn const_text(&self, faults: &mut Faults) -> Option<Expr> {
        match &self.value {
            Given::Expr(value)
                if matches!(
                    ungrouped(value),
                    Expr::Lit(syn::ExprLit { lit: Lit::Str(_), .. }) | Expr::Macro(_)
                ) =>
            {
                Some(value.as_ref().clone())
            }
            _ => {
                let message = format!(
                    "`{0}` takes a string, or a macro that makes one: `{0} = \"…\"`, `{0} = \
                     include_str!(\"…\")`",
                    self.key
                );
                faults.at(self, message);
                None
            }
        }
    }

    /// The crate's path.
    pub(crate) fn krate(&self, faults: &mut Faults) -> Option<Krate> {
        let text = self.text(faults)?;
        Krate::from_literal(&text, faults)
    }

    /// Checks that nothing follows the key.
    pub(crate) fn expect_bare(&self, faults: &mut Faults) -> bool {
        let bare = matches!(self.value, Given::Nothing);
        if !bare {
            faults.at(self, format!("`{0}` takes no value: write `{0}` alone", self.key));
        }
        bare
    }

    /// Reports a key that the attribute does not have.
    pub(crate) fn reject(&self, attribute: &str, known: &[&str], faults: &mut Faults) {
        faults.at(&self.key, unknown_key(attribute, &self.name(), known));
    }

    /// Puts the value into its slot; a second one is a fault.
    pub(crate) fn put<T>(&self, slot: &mut Option<T>, value: Option<T>, faults: &mut Faults) {
        if slot.is_some() {
            faults.at(&self.key, format!("`{}` is given twice: keep one of them", self.key));
        } else if value.is_some() {
            *slot = value;
        }
    }
}

/// The expression without the invisible group in which `macro_rules!` hands it on.
fn ungrouped(mut expr: &Expr) -> &Expr {
    while let Expr::Group(group) = expr {
        expr = &group.expr;
    }
    expr
}

/// The entries of an attribute: none for `#[attr]`, those of the list for `#[attr(…)]`.
pub(crate) fn entries_of(attribute: &Attribute, faults: &mut Faults) -> Vec<Entry> {
    match &attribute.meta {
        Meta::Path(_) => Vec::new(),
        Meta::List(list) => entries(list.tokens.clone(), faults),
        Meta::NameValue(pair) => {
            let name = pair.path.to_token_stream();
            let message =
                format!("`{name}` takes no `= …`: write `#[{name}]` alone or `#[{name}(key = …)]`");
            faults.at(attribute, message);
            Vec::new()
        }
    }
}

/// The entries of a list. One that cannot be read is reported, and the others still count.
pub(crate) fn entries(list: TokenStream, faults: &mut Faults) -> Vec<Entry> {
    let read = |input: ParseStream<'_>| {
        let mut entries = Vec::new();
        while !input.is_empty() {
            match input.parse::<Entry>() {
                Ok(entry) => entries.push(entry),
                Err(error) => {
                    faults.push(error);
                    skip_to_comma(input)?;
                }
            }
            if input.is_empty() {
                break;
            }
            if let Err(error) = input.parse::<Token![,]>() {
                faults.push(error);
                skip_to_comma(input)?;
                input.parse::<Option<Token![,]>>()?;
            }
        }
        Ok(entries)
    };
    match read.parse2(list) {
        Ok(entries) => entries,
        Err(error) => {
            faults.push(error);
            Vec::new()
        }
    }
}

fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}

/// A list of items between commas, such as the fields in `skip(a, b)`.
pub(crate) fn list_of<T: Parse>(entry: &Entry, example: &str, faults: &mut Faults) -> Vec<T> {
    let Given::List(list) = &entry.value else {
        faults.at(entry, format!("`{}` takes a list: `{example}`", entry.key));
        return Vec::new();
    };
    match Punctuated::<T, Token![,]>::parse_terminated.parse2(list.clone()) {
        Ok(items) if items.is_empty() => {
            faults.at(entry, format!("`{}` names nothing: `{example}`", entry.key));
            Vec::new()
        }
        Ok(items) => items.into_iter().collect(),
        Err(error) => {
            faults.push(error);
            Vec::new()
        }
    }
}
