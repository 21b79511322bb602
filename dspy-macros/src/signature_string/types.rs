//! Types of the text as types of Rust.

use dspy_grammar::{List, Map, Scalar, Segment, Set, TaskField, Type, TypeKind};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};

use super::fields::{Report, rust_ident};
use super::literals::Literals;
use crate::krate::Krate;

/// Writes types, and gathers the enums among them.
pub(super) struct Types<'t, 'r> {
    pub(super) krate: &'t Krate,
    pub(super) literals: &'t mut Literals,
    pub(super) report: &'t mut Report<'r>,
}

impl Types<'_, '_> {
    /// The type of a field.
    pub(super) fn field(&mut self, field: &TaskField) -> TokenStream {
        self.ty(&field.ty, &field.name)
    }

    /// Standard types by their full paths, so that a type of the user's with the same name does
    /// not stand in for them; all others as they are written.
    fn ty(&mut self, ty: &Type, field: &str) -> TokenStream {
        let at = self.report.span();
        match &ty.kind {
            TypeKind::Scalar(Scalar::String) => quote_spanned!(at=> ::std::string::String),
            TypeKind::Scalar(scalar) => {
                let name = proc_macro2::Ident::new(scalar.rust_name(), at);
                quote_spanned!(at=> ::core::primitive::#name)
            }
            TypeKind::Json => {
                let krate = self.krate.at(at);
                quote_spanned!(at=> #krate::__private::Value)
            }
            TypeKind::Option(inner) => {
                let inner = self.ty(inner, field);
                quote_spanned!(at=> ::core::option::Option<#inner>)
            }
            TypeKind::Boxed(inner) => {
                let inner = self.ty(inner, field);
                quote_spanned!(at=> ::std::boxed::Box<#inner>)
            }
            TypeKind::List(list, item) => {
                let item = self.ty(item, field);
                match list {
                    List::Vec => quote_spanned!(at=> ::std::vec::Vec<#item>),
                    List::VecDeque => quote_spanned!(at=> ::std::collections::VecDeque<#item>),
                }
            }
            TypeKind::Set(set, item) => {
                let item = self.ty(item, field);
                match set {
                    Set::BTreeSet => quote_spanned!(at=> ::std::collections::BTreeSet<#item>),
                    Set::HashSet => quote_spanned!(at=> ::std::collections::HashSet<#item>),
                }
            }
            TypeKind::Map(map, key, value) => {
                let (key, value) = (self.ty(key, field), self.ty(value, field));
                match map {
                    Map::BTreeMap => {
                        quote_spanned!(at=> ::std::collections::BTreeMap<#key, #value>)
                    }
                    Map::HashMap => quote_spanned!(at=> ::std::collections::HashMap<#key, #value>),
                }
            }
            TypeKind::Tuple(items) => {
                let items: Vec<_> = items.iter().map(|item| self.ty(item, field)).collect();
                quote_spanned!(at=> (#(#items,)*))
            }
            TypeKind::Array(item, length) => {
                let item = self.ty(item, field);
                quote_spanned!(at=> [#item; #length])
            }
            TypeKind::Literal(texts) => match dspy_grammar::variants(texts) {
                Ok(variants) => {
                    self.literals.add(field, texts, variants, self.report).into_token_stream()
                }
                Err(faults) => {
                    faults.iter().for_each(|fault| self.report.at(fault));
                    quote_spanned!(at=> ::std::string::String)
                }
            },
            TypeKind::Path { is_absolute, segments } => {
                let colons = is_absolute.then(|| quote_spanned!(at=> ::));
                let segments: Vec<_> =
                    segments.iter().map(|segment| self.segment(segment, ty, field)).collect();
                quote_spanned!(at=> #colons #(#segments)::*)
            }
        }
    }

    fn segment(&mut self, segment: &Segment, ty: &Type, field: &str) -> TokenStream {
        let at = self.report.span();
        let Some(name) = rust_ident(&segment.name, &ty.span, self.report) else {
            return quote_spanned!(at=> std::string::String);
        };
        let arguments: Vec<_> =
            segment.arguments.iter().map(|argument| self.ty(argument, field)).collect();
        if arguments.is_empty() {
            return name.into_token_stream();
        }
        quote_spanned!(at=> #name<#(#arguments),*>)
    }
}
