//! The generated structs: the inputs and outputs of a signature, the input of a module.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Generics, Ident, Type, Visibility};

use crate::docs;
use crate::generics;
use crate::krate::Krate;

/// A struct to generate, with serde's and schemars' derives.
pub(crate) struct Part<'a> {
    pub(crate) krate: &'a Krate,
    /// The `cfg`s of the item it is made for.
    pub(crate) cfgs: &'a [Attribute],
    pub(crate) vis: &'a Visibility,
    pub(crate) name: Ident,
    pub(crate) doc: String,
    /// The generics of the item; those that no field mentions are left out.
    pub(crate) generics: Generics,
    pub(crate) fields: Vec<PartField<'a>>,
}

/// One field of a generated struct.
pub(crate) struct PartField<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    /// What the user wrote about it, as attributes.
    pub(crate) docs: &'a [Attribute],
    /// What stands in where the user wrote nothing.
    pub(crate) stand_in: String,
    /// The description in schemas.
    pub(crate) desc: Option<TokenStream>,
    pub(crate) rename: Option<&'a str>,
    pub(crate) aliases: &'a [String],
    pub(crate) default: Option<&'a FieldDefault>,
}

/// The value that stands in where a field is missing.
pub(crate) enum FieldDefault {
    /// That of the type.
    OfType(Span),
    /// That of an expression.
    Expr(Box<Expr>),
}

impl<'a> Part<'a> {
    /// Leaves out the generics that no field mentions.
    pub(crate) fn new(mut self) -> Self {
        let types = self.fields.iter().map(|field| field.ty);
        self.generics = generics::mentioned(&self.generics, &quote!(#(#types)*));
        self
    }

    /// The struct's type, as other items name it.
    pub(crate) fn ty(&self) -> TokenStream {
        let (name, (_, ty, _)) = (&self.name, self.generics.split_for_impl());
        quote!(#name #ty)
    }

    /// The struct itself, to stand beside the user's item.
    pub(crate) fn definition(&self) -> TokenStream {
        let Self { krate, cfgs, vis, name, doc, .. } = self;
        let private = |name| krate.private(name);
        let (serde, schemars) = (private("serde"), private("schemars"));
        let serde_path = krate.private_text("serde");
        let schemars_path = krate.private_text("schemars");
        let bound = self.bound_text().map(|bound| {
            quote! {
                #[serde(bound = #bound)]
                #[schemars(bound = #bound)]
            }
        });
        let fields = self.fields.iter().map(|field| self.field(field));
        let (generics, where_clause) = (&self.generics, &self.generics.where_clause);
        quote! {
            #(#cfgs)*
            #[doc = #doc]
            #[derive(
                ::core::clone::Clone,
                ::core::fmt::Debug,
                #serde::Serialize,
                #serde::Deserialize,
                #schemars::JsonSchema,
            )]
            #[serde(crate = #serde_path)]
            #[schemars(crate = #schemars_path, description = "")]
            #bound
            #[allow(dead_code, private_interfaces, unreachable_pub)]
            #vis struct #name #generics #where_clause {
                #(#fields)*
            }
        }
    }

    fn field(&self, field: &PartField<'_>) -> TokenStream {
        let PartField { ident, ty, docs, stand_in, rename, aliases, .. } = field;
        let stand_in = docs.is_empty().then(|| quote!(#[doc = #stand_in]));
        let desc = match &field.desc {
            Some(desc) => desc.clone(),
            None => quote!(""),
        };
        let rename = rename.map(|name| quote!(#[serde(rename = #name)]));
        let default = field.default.map(|default| match default {
            FieldDefault::OfType(_) => quote!(#[serde(default)]),
            FieldDefault::Expr(_) => {
                let (_, ty, _) = self.generics.split_for_impl();
                let (name, turbofish, function) =
                    (&self.name, ty.as_turbofish(), default_fn(ident));
                let path = quote!(#name #turbofish::#function).to_string().replace(' ', "");
                quote!(#[serde(default = #path)])
            }
        });
        quote! {
            #(#docs)*
            #stand_in
            #[schemars(description = #desc)]
            #rename
            #(#[serde(alias = #aliases)])*
            #default
            pub #ident: #ty,
        }
    }

    /// What serde and schemars may suppose of the type parameters. Their own guess, `Deserialize`
    /// beside the `DeserializeOwned` inside `Data`, would be ambiguous.
    fn bound_text(&self) -> Option<String> {
        let data = &self.krate;
        let bounds: Vec<_> = self
            .generics
            .type_params()
            .map(|param| format!("{}: {}", param.ident, quote!(#data::signature::Data)))
            .collect();
        (!bounds.is_empty()).then(|| bounds.join(", "))
    }

    /// The functions behind `default = …`, to stand in a block of their own.
    pub(crate) fn defaults(&self) -> TokenStream {
        let krate = self.krate;
        let functions: Vec<TokenStream> = self
            .fields
            .iter()
            .filter_map(|field| {
                let Some(FieldDefault::Expr(expr)) = field.default else {
                    return None;
                };
                let (function, ty) = (default_fn(field.ident), field.ty);
                // Text is the one literal whose own type is seldom the field's.
                let value = if is_text(expr) {
                    let at = expr.span().resolved_at(Span::call_site());
                    quote_spanned!(at=> #krate::signature::IntoField::<#ty>::into_field(#expr))
                } else {
                    quote!(#expr)
                };
                Some(quote!(fn #function() -> #ty { #value }))
            })
            .collect();
        if functions.is_empty() {
            return TokenStream::new();
        }
        let bounded = generics::of_data(&self.generics, krate);
        let (generics, _, where_clause) = bounded.split_for_impl();
        let ty = self.ty();
        quote! {
            #[automatically_derived]
            impl #generics #ty #where_clause {
                #(#functions)*
            }
        }
    }

    /// The value of a field's default.
    pub(crate) fn default_value(&self, field: &PartField<'_>) -> Option<TokenStream> {
        let ty = field.ty;
        match field.default? {
            FieldDefault::OfType(span) => {
                let at = span.resolved_at(Span::call_site());
                Some(quote_spanned!(at=> <#ty as ::core::default::Default>::default()))
            }
            FieldDefault::Expr(_) => {
                let (function, ty) = (default_fn(field.ident), self.ty());
                Some(quote!(<#ty>::#function()))
            }
        }
    }

    /// Lets the value of the only field, or `()`, stand for the whole struct.
    pub(crate) fn single_field(&self) -> TokenStream {
        let (field_type, name, value) = match self.fields.as_slice() {
            [] => (quote!(()), format_ident!("_field"), TokenStream::new()),
            [only] => {
                let (ident, ty) = (only.ident, only.ty);
                (quote!(#ty), format_ident!("field"), quote!(#ident: field))
            }
            _ => return TokenStream::new(),
        };
        let (krate, ty) = (self.krate, self.ty());
        let bounded = generics::of_data(&self.generics, krate);
        let (generics, _, where_clause) = bounded.split_for_impl();
        quote! {
            #[automatically_derived]
            impl #generics #krate::signature::SingleField for #ty #where_clause {
                type Field = #field_type;

                fn from_field(#name: Self::Field) -> Self {
                    Self { #value }
                }
            }
        }
    }

    /// Checks, under each field's type, that it is data.
    pub(crate) fn assertions(&self) -> TokenStream {
        let krate = self.krate;
        let checks = self.fields.iter().map(|field| {
            let ty = field.ty;
            let at = ty.span().resolved_at(Span::call_site());
            quote_spanned!(at=> #krate::__private::assert_data::<#ty>();)
        });
        let bounded = generics::of_data(&self.generics, krate);
        let (generics, _, where_clause) = bounded.split_for_impl();
        let function = format_ident!("__dspy_check_{}", self.name.unraw());
        quote! {
            #[allow(dead_code, non_snake_case)]
            fn #function #generics () #where_clause {
                #(#checks)*
            }
        }
    }
}

/// A name for an item generated after this one, at its place in the source.
pub(crate) fn name_after(ident: &Ident, suffix: &str) -> Ident {
    let span = ident.span().resolved_at(Span::call_site());
    Ident::new(&format!("{}{suffix}", ident.unraw()), span)
}

/// The stand-in for docs that the user did not write.
pub(crate) fn stand_in(role: &str, ident: &Ident) -> String {
    format!("The {role} `{}`.", ident.unraw())
}

/// The docs of a field as its description.
pub(crate) fn described(docs: &[Attribute]) -> Option<TokenStream> {
    docs::text(docs)
}

fn default_fn(ident: &Ident) -> Ident {
    format_ident!("__dspy_default_{}", ident.unraw())
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(_), .. }))
}
