//! The enums that stand for `Literal`s.

use std::collections::BTreeSet;

use dspy_grammar::{Text, literal_name};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Ident, LitStr, Visibility};

use super::fields::{Report, rust_ident};
use crate::data;
use crate::krate::Krate;

/// The enums of one signature.
pub(super) struct Literals {
    /// The signature's name.
    signature: String,
    /// The names of the input and output structs.
    structs: [String; 2],
    /// The names of the enums.
    taken: BTreeSet<String>,
    enums: Vec<Literal>,
}

struct Literal {
    ident: Ident,
    /// The variants and the texts they stand for.
    variants: Vec<(Ident, String)>,
}

impl Literals {
    pub(super) fn new(signature: &Ident) -> Self {
        let signature = signature.unraw().to_string();
        let structs = ["Input", "Output"].map(|suffix| format!("{signature}{suffix}"));
        Self { signature, structs, taken: BTreeSet::new(), enums: Vec::new() }
    }

    /// Adds the enum for a `Literal` of a field; gives its name.
    pub(super) fn add(
        &mut self,
        field: &str,
        texts: &[Text],
        names: Vec<String>,
        report: &mut Report<'_>,
    ) -> Ident {
        let ident =
            Ident::new(&self.free_name(field), report.span().resolved_at(Span::call_site()));
        let mut variants = Vec::new();
        for (text, name) in texts.iter().zip(names) {
            if let Some(variant) = rust_ident(&name, &text.span, report) {
                variants.push((variant, text.value.clone()));
            }
        }
        self.enums.push(Literal { ident: ident.clone(), variants });
        ident
    }

    /// `RagQuality` for the field `quality` of `Rag`; with a number where that is taken.
    fn free_name(&mut self, field: &str) -> String {
        let mut name = self.signature.clone();
        for word in field.split('_') {
            let mut letters = word.chars();
            name.extend(letters.next().into_iter().flat_map(char::to_uppercase));
            name.push_str(letters.as_str());
        }
        if self.structs.contains(&name) {
            name.push_str("Choice");
        }
        let mut free = name.clone();
        let mut number = 2;
        while !self.taken.insert(free.clone()) {
            free = format!("{name}{number}");
            number += 1;
        }
        free
    }

    /// The enums, to stand beside the struct.
    pub(super) fn definitions(&self, vis: &Visibility, krate: &Krate) -> TokenStream {
        self.enums.iter().map(|literal| literal.definition(vis, krate)).collect()
    }
}

impl Literal {
    fn definition(&self, vis: &Visibility, krate: &Krate) -> TokenStream {
        let ident = &self.ident;
        let (variants, texts): (Vec<_>, Vec<_>) =
            self.variants.iter().map(|(variant, text)| (variant, text)).unzip();
        let schema_name = literal_name(texts.iter().map(|text| text.as_str()));
        let krate_text = LitStr::new(&krate.to_text(), Span::call_site());
        // Inline, and named by its members, it reads the same as one that was made at run time.
        let item = data::attribute(
            quote!(crate = #krate_text),
            quote! {
                #[allow(dead_code, missing_docs, unreachable_pub, clippy::enum_variant_names)]
                #[schemars(inline, rename = #schema_name)]
                #vis enum #ident {
                    #(#[serde(rename = #texts)] #variants,)*
                }
            },
        );
        quote! {
            #item

            #[doc(hidden)]
            const _: () = {
                impl #ident {
                    /// The text that the variant stands for.
                    #[allow(dead_code, unreachable_pub)]
                    pub const fn as_str(self) -> &'static ::core::primitive::str {
                        match self {
                            #(Self::#variants => #texts,)*
                        }
                    }
                }

                impl ::core::fmt::Display for #ident {
                    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        f.pad(self.as_str())
                    }
                }

                impl ::core::cmp::PartialEq<::core::primitive::str> for #ident {
                    fn eq(&self, other: &::core::primitive::str) -> ::core::primitive::bool {
                        self.as_str() == other
                    }
                }

                impl ::core::cmp::PartialEq<&::core::primitive::str> for #ident {
                    fn eq(&self, other: &&::core::primitive::str) -> ::core::primitive::bool {
                        self.as_str() == *other
                    }
                }
            };
        }
    }
}
