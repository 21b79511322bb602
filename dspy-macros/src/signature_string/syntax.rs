//! What the user wrote: docs, a name, a text, options.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Ident, LitStr, Token, Visibility};

use crate::diagnostics::Faults;
use crate::docs::is_doc;
use crate::keys::{Entry, entries};

/// What stands between the parentheses.
pub(super) struct Syntax {
    pub(super) docs: Vec<Attribute>,
    /// For a named signature.
    pub(super) name: Option<(Visibility, Ident)>,
    pub(super) text: LitStr,
    pub(super) options: Vec<Entry>,
}

const FORMS: &str =
    "`signature!(\"question -> answer\")`, or `signature!(pub Name: \"question -> answer\")`";

/// Takes the tokens apart; `None` where there is no text among them.
pub(super) fn read(input: TokenStream, faults: &mut Faults) -> Option<Syntax> {
    let mut rest = TokenStream::new();
    let head = |input: ParseStream<'_>| {
        let head = read_head(input)?;
        rest = input.parse()?;
        Ok(head)
    };
    match head.parse2(input) {
        Ok((attributes, name, text)) => {
            let mut docs = Vec::new();
            for attribute in attributes {
                if name.is_some() && is_doc(&attribute) {
                    docs.push(attribute);
                } else if name.is_some() {
                    faults.at(
                        attribute,
                        "only docs stand before the name: for more, write the signature as a \
                         struct with `#[derive(Signature)]`",
                    );
                } else {
                    faults.at(
                        attribute,
                        "docs belong to a signature with a name: give it one, or write \
                         `signature!(\"…\", instructions = \"…\")`",
                    );
                }
            }
            let options = entries(rest, faults);
            Some(Syntax { docs, name, text, options })
        }
        Err(error) => {
            faults.push(error);
            None
        }
    }
}

type Head = (Vec<Attribute>, Option<(Visibility, Ident)>, LitStr);

fn read_head(input: ParseStream<'_>) -> syn::Result<Head> {
    let attributes = input.call(Attribute::parse_outer)?;
    if input.is_empty() {
        return Err(fault(input, format!("`signature!` takes a signature as a text: {FORMS}")));
    }
    let vis: Visibility = input.parse()?;
    let is_named = matches!(vis, Visibility::Public(_) | Visibility::Restricted(_))
        || input.peek(Ident::peek_any);
    let name = if is_named { Some((vis, read_name(input)?)) } else { None };
    let Ok(text) = input.parse::<LitStr>() else {
        return Err(fault(input, format!("a signature is written as a text, in quotes: {FORMS}")));
    };
    if !input.is_empty() && input.parse::<Token![,]>().is_err() {
        return Err(fault(
            input,
            "only options follow the text, after a comma: `signature!(\"…\", instructions = \
             \"…\")`",
        ));
    }
    Ok((attributes, name, text))
}

/// A fault at the next token; where there is none, at the whole macro.
fn fault(input: ParseStream<'_>, message: impl std::fmt::Display) -> syn::Error {
    syn::Error::new(input.span(), message)
}

fn read_name(input: ParseStream<'_>) -> syn::Result<Ident> {
    let Ok(name) = input.parse::<Ident>() else {
        return Err(fault(input, format!("expected the signature's name: {FORMS}")));
    };
    if input.peek(Token![<]) {
        return Err(fault(
            input,
            "a signature from a text has no type parameters: write a generic struct with \
             `#[derive(Signature)]`",
        ));
    }
    if input.peek(LitStr) {
        return Err(syn::Error::new(
            name.span(),
            format!("`:` is missing between the name and the text: `signature!({name}: \"…\")`"),
        ));
    }
    if input.parse::<Token![:]>().is_err() {
        return Err(syn::Error::new(
            name.span(),
            format!("a signature is written as a text, in quotes: {FORMS}"),
        ));
    }
    Ok(name)
}

impl Syntax {
    /// The text without line breaks, for docs.
    pub(super) fn one_line(&self) -> String {
        self.text.value().split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
