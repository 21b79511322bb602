//! `Serialize` and `Deserialize` of a generated struct.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt;

use super::Part;

impl Part<'_> {
    pub(super) fn serialize_impl(&self) -> TokenStream {
        let (serde, slot) = (self.krate.private("serde"), self.krate.private("SlotRef"));
        let (name, count) = (self.name.to_string(), self.fields.len());
        let slots = self.slots();
        let fields = self.fields.iter().enumerate().map(|(index, field)| {
            let (ident, name) = (field.ident, &field.name);
            quote! {
                #serde::ser::SerializeStruct::serialize_field(
                    &mut fields,
                    #name,
                    &#slot::<#slots, #index>(&self.#ident),
                )?;
            }
        });
        let mutable = (count > 0).then(|| quote!(mut));
        self.implement(
            &quote!(#serde::Serialize),
            &quote! {
                fn serialize<__S: #serde::Serializer>(
                    &self,
                    serializer: __S,
                ) -> ::core::result::Result<__S::Ok, __S::Error> {
                    let #mutable fields =
                        #serde::Serializer::serialize_struct(serializer, #name, #count)?;
                    #(#fields)*
                    #serde::ser::SerializeStruct::end(fields)
                }
            },
        )
    }

    /// Reads by way of a struct of slots, for which serde's own derive knows all there is to know
    /// of missing, doubled and unknown fields.
    pub(super) fn deserialize_impl(&self) -> TokenStream {
        let (serde, slot) = (self.krate.private("serde"), self.krate.private("Slot"));
        let serde_path = self.krate.private_text("serde");
        let name = self.name.to_string();
        let expecting = format!("struct {name}");
        let (slots, slots_name) = (self.slots(), self.slots_name());
        let bounded = self.bounded();
        let (generics, ty, where_clause) = bounded.split_for_impl();
        let mut defaults = TokenStream::new();
        let fields: Vec<_> = self
            .fields
            .iter()
            .enumerate()
            .map(|(index, field)| {
                let (ident, name, aliases) = (field.ident, &field.name, field.aliases);
                let default = field.default.map(|_| {
                    let function =
                        format_ident!("__dspy_slot_{}_{}", self.name, field.ident.unraw());
                    let value = self.default_call(ident);
                    defaults.extend(quote! {
                        #[allow(non_snake_case)]
                        fn #function #generics () -> #slot<#slots, #index> #where_clause {
                            #slot(#value)
                        }
                    });
                    let turbofish = ty.as_turbofish();
                    let path = quote!(#function #turbofish).to_string().replace(' ', "");
                    quote!(#[serde(default = #path)])
                });
                quote! {
                    #[serde(rename = #name)]
                    #(#[serde(alias = #aliases)])*
                    #default
                    #ident: #slot<#slots, #index>,
                }
            })
            .collect();
        let idents: Vec<_> = self.fields.iter().map(|field| field.ident).collect();
        // serde would ask for `T: Deserialize<'de>` beside the `DeserializeOwned` known already,
        // and the two are ambiguous. The bounds of the struct itself are enough.
        let bound = bounded.type_params().next().is_some().then(|| quote!(#[serde(bound = "")]));
        let read = if self.fields.is_empty() { quote!(_slots) } else { quote!(slots) };
        let body = self.implement_with_lifetime(
            &quote!(#serde::Deserialize<'de>),
            &quote! {
                fn deserialize<__D: #serde::Deserializer<'de>>(
                    deserializer: __D,
                ) -> ::core::result::Result<Self, __D::Error> {
                    let #read = <#slots as #serde::Deserialize<'de>>::deserialize(deserializer)?;
                    ::core::result::Result::Ok(Self { #(#idents: slots.#idents.0),* })
                }
            },
        );
        let declared = &bounded;
        quote! {
            #defaults

            #[allow(non_snake_case)]
            #[derive(#serde::Deserialize)]
            #[serde(crate = #serde_path, rename = #name, expecting = #expecting)]
            #bound
            struct #slots_name #declared #where_clause {
                #(#fields)*
            }

            #body
        }
    }

    fn implement_with_lifetime(
        &self,
        implemented: &TokenStream,
        body: &TokenStream,
    ) -> TokenStream {
        let mut bounded = self.bounded();
        bounded.params.insert(0, syn::parse_quote!('de));
        let (generics, _, where_clause) = bounded.split_for_impl();
        let this = self.ty();
        quote! {
            #[automatically_derived]
            impl #generics #implemented for #this #where_clause {
                #body
            }
        }
    }
}
