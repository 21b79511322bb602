//! Rules for outputs: `#[check(…)]` and `#[assert(…)]`.

mod mention;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, Token};

use crate::diagnostics::Faults;
use crate::krate::Krate;
use crate::part::Part;
use crate::source;

/// A rule that outputs must keep.
pub(super) struct Rule {
    severity: Severity,
    /// The place of the attribute's name.
    place: Span,
    expr: Expr,
    /// The expression as the user wrote it, if that can be known.
    source: Option<String>,
    message: LitStr,
    /// What follows the message: the arguments for its placeholders.
    arguments: TokenStream,
}

/// How much a rule weighs.
#[derive(Clone, Copy, Debug)]
pub(super) enum Severity {
    Check,
    Assert,
}

impl Severity {
    /// That of an attribute which is a rule.
    pub(super) fn of(attribute: &Attribute) -> Option<Self> {
        if attribute.path().is_ident("check") {
            Some(Self::Check)
        } else if attribute.path().is_ident("assert") {
            Some(Self::Assert)
        } else {
            None
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Assert => "assert",
        }
    }
}

/// A `#[check(…)]` or `#[assert(…)]` as written.
pub(super) struct RuleSyntax {
    severity: Severity,
    pub(super) attribute: Attribute,
}

impl RuleSyntax {
    /// The rules among attributes.
    pub(super) fn all_of(attributes: &[Attribute]) -> Vec<Self> {
        let rules = attributes.iter().filter_map(|attribute| {
            let severity = Severity::of(attribute)?;
            Some(Self { severity, attribute: attribute.clone() })
        });
        rules.collect()
    }

    /// Reports a rule that stands on a field which is no output.
    pub(super) fn reject_on(&self, field: &Ident, what: &str, faults: &mut Faults) {
        let key = self.severity.key();
        let message = format!(
            "`{field}` is {what}, and rules judge what the model answers: put `#[{key}(…)]` on an \
             output or on the struct"
        );
        faults.at(&self.attribute, message);
    }

    /// The rule that the attribute holds.
    pub(super) fn read(&self, faults: &mut Faults) -> Option<Rule> {
        let key = self.severity.key();
        let example = format!("`#[{key}(answer.len() < 500, \"keep it short\")]`");
        let list = match &self.attribute.meta {
            Meta::List(list) if !list.tokens.is_empty() => list,
            _ => {
                let message = format!("`#[{key}]` has no rule: write {example}");
                faults.at(&self.attribute, message);
                return None;
            }
        };
        let read = |input: ParseStream<'_>| self.parse(input, &example);
        match list.parse_args_with(read) {
            Ok(rule) => Some(Rule { source: source::text_of(list, &rule.expr), ..rule }),
            Err(error) => {
                faults.push(error);
                None
            }
        }
    }

    fn parse(&self, input: ParseStream<'_>, example: &str) -> syn::Result<Rule> {
        let key = self.severity.key();
        let expr: Expr = input.parse()?;
        if matches!(&expr, Expr::Lit(ExprLit { lit: Lit::Str(_), .. })) {
            let message = format!("the rule comes first, then its message: {example}");
            return Err(syn::Error::new_spanned(&expr, message));
        }
        let no_message = || {
            let message =
                format!("`#[{key}]` needs a message, which says what is wrong: {example}");
            syn::Error::new_spanned(&expr, message)
        };
        if input.is_empty() {
            return Err(no_message());
        }
        input.parse::<Token![,]>()?;
        if input.is_empty() {
            return Err(no_message());
        }
        let Ok(message) = input.fork().parse::<LitStr>() else {
            let given: Expr = input.parse()?;
            let message = "the message is a string literal, as in `format!`: `\"…\"`, with \
                           `{answer}` for a field";
            return Err(syn::Error::new_spanned(given, message));
        };
        input.parse::<LitStr>()?;
        if !input.is_empty() && !input.peek(Token![,]) {
            return Err(input.error("expected `,` and the arguments of the message"));
        }
        let arguments = input.parse()?;
        let (severity, place) = (self.severity, self.attribute.path().span());
        Ok(Rule { severity, place, expr, source: None, message, arguments })
    }
}

/// The functions that judge an output, and the method of `Signature` that calls them.
pub(super) fn emit(
    krate: &Krate,
    rules: &[Rule],
    output: &Part<'_>,
    fields: &[&Ident],
) -> (TokenStream, TokenStream) {
    if rules.is_empty() {
        return (TokenStream::new(), TokenStream::new());
    }
    let mut functions = TokenStream::new();
    let mut judgements = TokenStream::new();
    for (index, rule) in rules.iter().enumerate() {
        let name = |what| format_ident!("__dspy_{what}_{}_{index}", output.name);
        let (holds, message) = (name("rule"), name("message"));
        functions.extend(rule.functions(&holds, &message, output, fields));
        let (broken, severity) = (krate.private("BrokenRule"), krate.private("Severity"));
        let (expr, severity) = (&rule.expr, rule.severity.emit(&severity));
        let source = match &rule.source {
            Some(text) => text.to_token_stream(),
            None => quote!(::core::stringify!(#expr)),
        };
        judgements.extend(quote! {
            if !#holds(output) {
                broken.push(#broken::new(
                    #severity,
                    #source,
                    #message(output),
                ));
            }
        });
    }
    let broken = krate.private("BrokenRule");
    let method = quote! {
        fn broken_rules(output: &Self::Output) -> ::std::vec::Vec<#broken> {
            let mut broken = ::std::vec::Vec::new();
            #judgements
            broken
        }
    };
    (functions, method)
}

impl Severity {
    fn emit(self, severity: &TokenStream) -> TokenStream {
        match self {
            Self::Check => quote!(#severity::Check),
            Self::Assert => quote!(#severity::Assert),
        }
    }
}

impl Rule {
    /// Whether the rule keeps to outputs; reports the first field that is none.
    pub(super) fn keeps_to_outputs(
        &self,
        inputs: &[&Ident],
        skipped: &[&Ident],
        faults: &mut Faults,
    ) -> bool {
        let key = self.severity.key();
        let found = [(inputs, "an input"), (skipped, "skipped")]
            .into_iter()
            .find_map(|(names, what)| Some((mention::first_of(&self.expr, names)?, what)));
        if let Some((field, what)) = found {
            let message = format!(
                "`{field}` is {what}, and `#[{key}]` sees the outputs alone: judge by outputs, or \
                 write the check where the program is called"
            );
            faults.at(field, message);
        }
        found.is_none()
    }

    /// One function that says whether the rule holds, and one that says what is wrong. The user's
    /// tokens see the output's fields by value, and nothing else of the functions.
    fn functions(
        &self,
        holds: &Ident,
        message: &Ident,
        output: &Part<'_>,
        fields: &[&Ident],
    ) -> TokenStream {
        let Self { expr, message: text, arguments, .. } = self;
        let bounded = output.bounded();
        let (generics, _, where_clause) = bounded.split_for_impl();
        let (name, ty) = (&output.name, output.ty());
        let given = Ident::new("output", Span::mixed_site());
        let verdict = Ident::new("holds", Span::mixed_site());
        let bindings = quote! {
            let #name { #(#fields),* } = ::core::clone::Clone::clone(#given);
        };
        // What is around the user's tokens, such as a clone that is not needed, is no matter of
        // theirs.
        let allowed = quote! {
            #[allow(
                non_snake_case, unused_braces, unused_parens, unused_variables,
                clippy::all, clippy::nursery, clippy::pedantic,
            )]
        };
        // What rustc says of the functions is shown at the attribute.
        let at = self.place.resolved_at(Span::call_site());
        let bool = quote_spanned!(at=> ::core::primitive::bool);
        let function = quote_spanned!(at=> fn);
        quote! {
            #allowed
            #function #holds #generics (#given: &#ty) -> #bool #where_clause {
                #bindings
                let #verdict: #bool = #expr;
                #verdict
            }

            #allowed
            #function #message #generics (#given: &#ty) -> ::std::string::String #where_clause {
                #bindings
                ::std::format!(#text #arguments)
            }
        }
    }
}
