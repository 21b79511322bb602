//! The generated structs: the inputs and outputs of a signature, the input of a module.
//!
//! Their impls are written out here rather than derived. A derive would report a type that cannot
//! be a field in each of its bodies; these reach every field through `FieldAt`, so that rustc
//! reports it once, under the user's own tokens.

mod impls;
mod serde;

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprPath, Generics, Ident, LitStr, Type, Visibility, parse_quote};

use crate::bound::{Bound, Subject};
use crate::generics;
use crate::krate::Krate;
use crate::place::ends;

/// A struct to generate.
pub(crate) struct Part<'a> {
    krate: &'a Krate,
    cfgs: &'a [Attribute],
    vis: &'a Visibility,
    pub(crate) name: Ident,
    doc: String,
    /// What the JSON Schema says of the whole, as an expression of type `&'static str`.
    about: Option<TokenStream>,
    /// Those of the item that some field mentions.
    generics: Generics,
    fields: Vec<PartField<'a>>,
}

/// What a generated struct takes over from the item it is made for.
pub(crate) struct Source<'a> {
    pub(crate) krate: &'a Krate,
    pub(crate) cfgs: &'a [Attribute],
    pub(crate) vis: &'a Visibility,
    pub(crate) generics: &'a Generics,
}

/// One field of a generated struct.
pub(crate) struct PartField<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    /// What the user wrote about it, as attributes.
    pub(crate) docs: &'a [Attribute],
    /// What stands in where the user wrote nothing.
    pub(crate) stand_in: String,
    /// The description, as an expression of type `&'static str`.
    pub(crate) desc: Option<TokenStream>,
    /// The name on the wire.
    pub(crate) name: String,
    pub(crate) aliases: &'a [LitStr],
    pub(crate) bounds: &'a [Bound],
    pub(crate) default: Option<&'a FieldDefault>,
    pub(crate) examples: &'a [Expr],
}

/// The value that stands in where a field is missing.
pub(crate) enum FieldDefault {
    /// That of the type.
    OfType(Span),
    /// That of an expression.
    Expr(Box<Expr>),
    /// That of a function without arguments.
    Call(ExprPath),
}

impl<'a> Part<'a> {
    /// A struct made for an item with these generics; those that no field mentions are left out.
    pub(crate) fn new(
        name: Ident,
        doc: String,
        source: Source<'a>,
        fields: Vec<PartField<'a>>,
    ) -> Self {
        let Source { krate, cfgs, vis, generics } = source;
        let types = fields.iter().map(|field| field.ty);
        let generics = generics::mentioned(generics, &quote!(#(#types)*));
        Self { krate, cfgs, vis, name, doc, about: None, generics, fields }
    }

    /// The same struct, with words about the whole in its JSON Schema.
    pub(crate) fn with_about(mut self, about: Option<TokenStream>) -> Self {
        self.about = about;
        self
    }

    /// The types that hang on the item's parameters and must be data.
    pub(crate) fn data_types(&self) -> Vec<Type> {
        generics::data_types(&self.generics, self.fields.iter().map(|field| field.ty))
    }

    /// The struct's type, as other items name it.
    pub(crate) fn ty(&self) -> TokenStream {
        let (name, (_, ty, _)) = (&self.name, self.generics.split_for_impl());
        quote!(#name #ty)
    }

    /// The private struct that stands for this one in the impls: its fields hold the values while
    /// they are read, and it says what each is made of. It must be private, for a public one could
    /// not speak of private types.
    pub(crate) fn slots(&self) -> TokenStream {
        let (name, (_, ty, _)) = (self.slots_name(), self.generics.split_for_impl());
        quote!(#name #ty)
    }

    fn slots_name(&self) -> Ident {
        format_ident!("__Dspy{}", self.name)
    }

    /// The struct's generics, with every type among them held to be field data.
    pub(crate) fn bounded(&self) -> Generics {
        generics::of_data(&self.generics, &self.data_types(), self.krate)
    }

    /// The struct itself, to stand beside the user's item.
    pub(crate) fn definition(&self) -> TokenStream {
        let Self { cfgs, vis, name, doc, generics, .. } = self;
        let where_clause = &generics.where_clause;
        let fields = self.fields.iter().map(|field| {
            let PartField { ident, ty, docs, stand_in, .. } = field;
            let stand_in = docs.is_empty().then(|| quote!(#[doc = #stand_in]));
            quote! {
                #(#docs)*
                #stand_in
                pub #ident: #ty,
            }
        });
        quote! {
            #(#cfgs)*
            #[doc = #doc]
            #[allow(dead_code, non_snake_case, private_interfaces, unreachable_pub)]
            #vis struct #name #generics #where_clause {
                #(#fields)*
            }
        }
    }

    /// All impls, to stand in a block of their own.
    pub(crate) fn impls(&self) -> TokenStream {
        let impls = [
            self.field_types(),
            self.bound_checks(),
            self.defaults(),
            self.examples(),
            self.clone_impl(),
            self.debug_impl(),
            self.serialize_impl(),
            self.deserialize_impl(),
            self.json_schema_impl(),
        ];
        quote!(#(#impls)*)
    }

    /// Lets the value of the only field, or `()`, stand for the whole struct.
    pub(crate) fn accepts(&self) -> TokenStream {
        let krate = self.krate;
        let mut bounded = self.bounded();
        let (given, name, value) = match self.fields.as_slice() {
            [] => (quote!(()), quote!(_given), TokenStream::new()),
            [only] => {
                let (ident, ty) = (only.ident, only.ty);
                let into_field = quote!(#krate::signature::IntoField<#ty>);
                bounded.params.push(parse_quote!(__Given: #into_field));
                let value = quote!(#ident: <__Given as #into_field>::into_field(given));
                (quote!(__Given), quote!(given), value)
            }
            _ => return TokenStream::new(),
        };
        let (generics, _, where_clause) = bounded.split_for_impl();
        let this = self.ty();
        quote! {
            #[automatically_derived]
            impl #generics #krate::signature::Accepts<#given, #krate::signature::FromField>
                for #this #where_clause
            {
                #[inline]
                fn accept(#name: #given) -> Self {
                    Self { #value }
                }
            }
        }
    }

    /// The fields as a signature describes them, one expression each.
    pub(crate) fn descriptions(&self) -> Vec<TokenStream> {
        let describe = self.krate.private("describe");
        let slots = self.slots();
        let fields = self.fields.iter().enumerate().map(|(index, field)| {
            let Described { name, desc, bounds, default } = self.described(index, field);
            let aliases = field.aliases;
            let examples = self.example_values(index, field).into_iter();
            quote! {
                #describe::<#slots, #index>(#name, #desc, #bounds, #default)
                    #(.with_alias(#aliases))*
                    #(.with_examples(#examples))*
            }
        });
        fields.collect()
    }

    /// The arguments that describe a field at run time.
    fn described<'f>(&self, index: usize, field: &'f PartField<'_>) -> Described<'f> {
        let bounds = field.bounds.iter().map(|bound| bound.emit(self.krate));
        let default = match field.default {
            Some(_) => {
                let (value, slots) = (self.krate.private("value"), self.slots());
                let default = self.default_call(field.ident);
                quote!(#value::<#slots, #index>(&#default))
            }
            None => quote!(::core::option::Option::None),
        };
        Described {
            name: &field.name,
            desc: field.desc.clone().unwrap_or_else(|| quote!("")),
            bounds: quote!([#(#bounds),*]),
            default,
        }
    }

    /// An impl for the struct.
    fn implement(&self, implemented: &TokenStream, body: &TokenStream) -> TokenStream {
        self.implement_for(&self.ty(), implemented, body)
    }

    fn implement_for(
        &self,
        this: &TokenStream,
        implemented: &TokenStream,
        body: &TokenStream,
    ) -> TokenStream {
        let bounded = self.bounded();
        let (generics, _, where_clause) = bounded.split_for_impl();
        quote! {
            #[automatically_derived]
            impl #generics #implemented for #this #where_clause {
                #body
            }
        }
    }

    /// What each field is made of: the one place where a type that cannot be a field fails.
    fn field_types(&self) -> TokenStream {
        let (field_at, slots) = (self.krate.private("FieldAt"), self.slots());
        let impls = self.fields.iter().enumerate().map(|(index, field)| {
            let ty = field.ty;
            // rustc reports a type that will not do under `#ty` and under the whole return type.
            // The two cover the same source here, and it shows only one of two equal errors.
            let (first, last) = ends(ty);
            let (access, trait_) = (self.krate.private("access"), self.krate.private("Access"));
            let start = quote_spanned!(first=> impl);
            let end = quote_spanned!(last=> >);
            let body = quote! {
                type Type = #ty;

                #[inline]
                fn access() -> #start #trait_<#ty #end {
                    #access::<#ty>()
                }
            };
            self.implement_for(&slots, &quote!(#field_at<#index>), &body)
        });
        impls.collect()
    }

    /// Checks, under each bounded field's type, that the bounds can bind its values.
    fn bound_checks(&self) -> TokenStream {
        let krate = self.krate;
        let checks = self.fields.iter().flat_map(|field| {
            let ty = field.ty;
            let at = ty.span().resolved_at(Span::call_site());
            let has = |subject| field.bounds.iter().any(|bound| bound.subject() == subject);
            let length = has(Subject::Length)
                .then(|| quote_spanned!(at=> #krate::__private::assert_length::<#ty>();));
            let numeric = has(Subject::Number)
                .then(|| quote_spanned!(at=> #krate::__private::assert_numeric::<#ty>();));
            let textual = has(Subject::Text)
                .then(|| quote_spanned!(at=> #krate::__private::assert_textual::<#ty>();));
            [length, numeric, textual]
        });
        let checks: Vec<_> = checks.flatten().collect();
        if checks.is_empty() {
            return TokenStream::new();
        }
        let bounded = self.bounded();
        let (generics, _, where_clause) = bounded.split_for_impl();
        let function = format_ident!("__dspy_check_{}", self.name);
        quote! {
            #[allow(dead_code, non_snake_case)]
            fn #function #generics () #where_clause {
                #(#checks)*
            }
        }
    }

    /// The functions behind `default` and `default = …`.
    fn defaults(&self) -> TokenStream {
        let krate = self.krate;
        let bounded = self.bounded();
        let (generics, _, where_clause) = bounded.split_for_impl();
        let functions = self.fields.iter().filter_map(|field| {
            let (function, ty) = (self.default_function(field.ident), field.ty);
            let value = match field.default? {
                FieldDefault::OfType(span) => {
                    let at = span.resolved_at(Span::call_site());
                    quote_spanned!(at=> <#ty as ::core::default::Default>::default())
                }
                FieldDefault::Expr(expr) => value_of(krate, ty, expr),
                FieldDefault::Call(path) => quote_spanned!(path.span()=> #path()),
            };
            Some(quote! {
                #[allow(non_snake_case)]
                fn #function #generics () -> #ty #where_clause { #value }
            })
        });
        functions.collect()
    }

    /// The functions behind `examples`.
    fn examples(&self) -> TokenStream {
        let bounded = self.bounded();
        let (generics, _, where_clause) = bounded.split_for_impl();
        let fields = self.fields.iter().filter(|field| !field.examples.is_empty());
        let functions = fields.map(|field| {
            let (function, ty) = (self.examples_function(field.ident), field.ty);
            let values = field.examples.iter().map(|expr| value_of(self.krate, ty, expr));
            let count = field.examples.len();
            quote! {
                #[allow(non_snake_case)]
                fn #function #generics () -> [#ty; #count] #where_clause { [#(#values),*] }
            }
        });
        functions.collect()
    }

    /// A field's examples as JSON, as an expression; `None` where there are none.
    fn example_values(&self, index: usize, field: &PartField<'_>) -> Option<TokenStream> {
        if field.examples.is_empty() {
            return None;
        }
        let (values, slots) = (self.krate.private("values"), self.slots());
        let call = self.call(&self.examples_function(field.ident));
        Some(quote!(#values::<#slots, #index>(&#call)))
    }

    fn examples_function(&self, field: &Ident) -> Ident {
        format_ident!("__dspy_examples_{}_{}", self.name, field.unraw())
    }

    fn default_function(&self, field: &Ident) -> Ident {
        format_ident!("__dspy_default_{}_{}", self.name, field.unraw())
    }

    fn default_call(&self, field: &Ident) -> TokenStream {
        self.call(&self.default_function(field))
    }

    /// The call of a function that has the generics of the struct.
    fn call(&self, function: &Ident) -> TokenStream {
        let (_, ty, _) = self.generics.split_for_impl();
        let turbofish = ty.as_turbofish();
        quote!(#function #turbofish ())
    }
}

/// The arguments that describe a field at run time, as expressions.
struct Described<'f> {
    name: &'f str,
    desc: TokenStream,
    bounds: TokenStream,
    default: TokenStream,
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

/// A value of a field's type from what the user wrote. Text is the one literal whose own type is
/// seldom the field's.
fn value_of(krate: &Krate, ty: &Type, expr: &Expr) -> TokenStream {
    if !is_text(expr) {
        return quote!(#expr);
    }
    let at = expr.span();
    let krate = krate.at(at);
    quote_spanned!(at=> #krate::signature::IntoField::<#ty>::into_field(#expr))
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(_), .. }))
}
