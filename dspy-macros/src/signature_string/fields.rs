//! The fields of the text, as those of a struct.

use dspy_grammar::{Fault, Task, TaskField, Type, TypeKind, is_keyword};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::{Ident, LitStr};

use super::literals::Literals;
use super::syntax::Syntax;
use super::types;
use crate::diagnostics::Faults;
use crate::krate::Krate;
use crate::part::stand_in;

/// One field.
pub(super) struct StringField {
    pub(super) is_input: bool,
    pub(super) ident: Ident,
    pub(super) ty: TokenStream,
}

impl StringField {
    fn role(&self) -> &'static str {
        if self.is_input { "input" } else { "output" }
    }

    /// The field as the derive reads it.
    pub(super) fn declared(&self) -> TokenStream {
        let Self { ident, ty, .. } = self;
        let role = Ident::new(self.role(), Span::call_site());
        quote!(#[#role] pub #ident: #ty,)
    }

    /// The field of the struct.
    pub(super) fn definition(&self) -> TokenStream {
        let Self { ident, ty, .. } = self;
        let doc = stand_in(self.role(), ident);
        quote! {
            #[doc = #doc]
            pub #ident: #ty,
        }
    }
}

/// The fields that could be read. With faults, something stands in where nothing could.
pub(super) fn fields(
    syntax: &Syntax,
    krate: &Krate,
    literals: &mut Literals,
    faults: &mut Faults,
) -> Vec<StringField> {
    let text = syntax.text.value();
    let mut report = Report { literal: &syntax.text, text: &text, faults };
    let parsed = dspy_grammar::parse(&text);
    for fault in &parsed.faults {
        report.at(fault);
    }
    let Task { inputs, outputs } = parsed.value;
    if syntax.name.is_none() {
        inputs.iter().for_each(|field| refuse_literals(&field.ty, &mut report));
    }
    let sides = inputs.into_iter().map(|field| (true, field));
    let sides = sides.chain(outputs.into_iter().map(|field| (false, field)));
    let mut fields: Vec<StringField> = sides
        .filter_map(|(is_input, field)| {
            let ident = ident(&field, &mut report)?;
            let ty = types::Types { krate, literals, report: &mut report }.field(&field);
            Some(StringField { is_input, ident, ty })
        })
        .collect();
    for (is_input, stand_in) in [(true, "__question"), (false, "__answer")] {
        if fields.iter().all(|field| field.is_input != is_input) {
            // The fault is reported; the derive need not report it again.
            let ident = Ident::new(stand_in, report.span());
            fields.push(StringField { is_input, ident, ty: quote!(::std::string::String) });
        }
    }
    fields
}

/// Reports mistakes in the text, under the whole literal: stable Rust has no places inside of one.
pub(super) struct Report<'r> {
    literal: &'r LitStr,
    text: &'r str,
    faults: &'r mut Faults,
}

impl Report<'_> {
    pub(super) fn at(&mut self, fault: &Fault) {
        self.faults.at(self.literal, fault.render(self.text));
    }

    /// Where code made from the text stands.
    pub(super) fn span(&self) -> Span {
        self.literal.span()
    }
}

fn ident(field: &TaskField, report: &mut Report<'_>) -> Option<Ident> {
    let name = &field.name;
    let word = if is_keyword(name) { format!("r#{name}") } else { name.clone() };
    rust_ident(&word, &field.span, report)
}

/// The word as Rust's own reader takes it, which is stricter about letters.
pub(super) fn rust_ident(
    word: &str,
    place: &std::ops::Range<usize>,
    report: &mut Report<'_>,
) -> Option<Ident> {
    match Ident::parse_any.parse_str(word) {
        Ok(mut ident) => {
            ident.set_span(report.span());
            Some(ident)
        }
        Err(_) => {
            let message = format!(
                "Rust does not take `{word}` for a name, for one of its letters: choose another"
            );
            report.at(&Fault { span: place.clone(), message });
            None
        }
    }
}

/// Refuses enums among the inputs of a signature without a name, whose values nobody could write.
fn refuse_literals(ty: &Type, report: &mut Report<'_>) {
    if let TypeKind::Literal(_) = &ty.kind {
        let message = "nobody could write a value of this input, for its enum has no name where \
                       the signature has none: give it one, `signature!(Name: \"…\")`";
        report.at(&Fault { span: ty.span.clone(), message: message.to_owned() });
    }
    for inner in ty.inner() {
        refuse_literals(inner, report);
    }
}
