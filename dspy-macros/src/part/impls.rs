//! `Clone`, `Debug` and `JsonSchema` of a generated struct.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::{Described, Part};

impl Part<'_> {
    fn idents(&self) -> impl Iterator<Item = (usize, &Ident)> {
        self.fields.iter().map(|field| field.ident).enumerate()
    }

    pub(super) fn clone_impl(&self) -> TokenStream {
        let (clone, slots) = (self.krate.private("clone"), self.slots());
        let fields = self
            .idents()
            .map(|(index, ident)| quote!(#ident: #clone::<#slots, #index>(&self.#ident)));
        self.implement(
            &quote!(::core::clone::Clone),
            &quote! {
                #[inline]
                fn clone(&self) -> Self {
                    Self { #(#fields),* }
                }
            },
        )
    }

    pub(super) fn debug_impl(&self) -> TokenStream {
        let (debug, slots) = (self.krate.private("debug"), self.slots());
        let name = self.name.to_string();
        let fields = self.idents().map(|(index, ident)| {
            let label = syn::ext::IdentExt::unraw(ident).to_string();
            quote!(.field(#label, #debug::<#slots, #index>(&self.#ident)))
        });
        self.implement(
            &quote!(::core::fmt::Debug),
            &quote! {
                #[inline]
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.debug_struct(#name) #(#fields)* .finish()
                }
            },
        )
    }

    pub(super) fn json_schema_impl(&self) -> TokenStream {
        let (schemars, object) =
            (self.krate.private("schemars"), self.krate.private("ObjectSchema"));
        let (name, slots) = (self.name.to_string(), self.slots());
        let params = self.data_types();
        let (schema_name, schema_id) = if params.is_empty() {
            (
                quote!(::std::borrow::Cow::Borrowed(#name)),
                quote! {
                    ::std::borrow::Cow::Borrowed(
                        ::core::concat!(::core::module_path!(), "::", #name),
                    )
                },
            )
        } else {
            let names = quote!(&[#(<#params as #schemars::JsonSchema>::schema_name()),*]);
            let ids = quote!(&[#(<#params as #schemars::JsonSchema>::schema_id()),*]);
            (
                quote!(#object::name_of(#name, #names)),
                quote! {
                    #object::name_of(::core::concat!(::core::module_path!(), "::", #name), #ids)
                },
            )
        };
        let fields = self.fields.iter().enumerate().map(|(index, field)| {
            let Described { name, desc, bounds, default } = self.described(index, field);
            let has_default = field.default.is_some();
            let examples = self.example_values(index, field).into_iter();
            let aliases = field.aliases;
            quote! {
                .field::<#slots, #index>(
                    generator, #name, #desc, #bounds, #has_default, #default,
                )
                #(.examples(#name, #examples))*
                #(.alias(#name, #aliases))*
            }
        });
        let about = self.about.iter();
        let generator = if self.fields.is_empty() { quote!(_generator) } else { quote!(generator) };
        self.implement(
            &quote!(#schemars::JsonSchema),
            &quote! {
                #[inline]
                fn schema_name() -> ::std::borrow::Cow<'static, str> {
                    #schema_name
                }

                #[inline]
                fn schema_id() -> ::std::borrow::Cow<'static, str> {
                    #schema_id
                }

                #[inline]
                fn json_schema(#generator: &mut #schemars::SchemaGenerator) -> #schemars::Schema {
                    #object::default() #(#fields)* #(.about(#about))* .finish()
                }
            },
        )
    }
}
