//! The code of a checked registry.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, Member, WherePredicate, parse_quote};

use super::model::{Field, Model, Variant};
use crate::generics::{mentions, mentions_any};
use crate::registry::{self, Step, Walked, span_of};

/// The impl of `Parameters`.
pub(super) fn emit(model: &Model) -> TokenStream {
    let Model { krate, ident, variants, .. } = model;
    let bounded = bounded(model);
    let (generics, ty, where_clause) = bounded.split_for_impl();
    let is_empty = variants.iter().all(|variant| variant.fields.is_empty());
    let (walk, walk_mut) = match variants.as_slice() {
        [only] if only.ident.is_none() => of_struct(model, only),
        _ => of_enum(model),
    };
    let methods = registry::methods(krate, is_empty, &walk, &walk_mut);
    quote! {
        #[doc(hidden)]
        #[allow(unused_qualifications, clippy::absolute_paths)]
        const _: () = {
            #[automatically_derived]
            impl #generics #krate::module::Parameters for #ident #ty #where_clause {
                #methods
            }
        };
    }
}

fn of_struct(model: &Model, variant: &Variant) -> (TokenStream, TokenStream) {
    let statements = variant.fields.iter().map(|field| {
        let member = &field.member;
        let at = place(field);
        let shared = quote_spanned!(at=> &self.#member);
        statements(model, field, shared, quote_spanned!(at=> &mut self.#member))
    });
    statements.unzip()
}

fn of_enum(model: &Model) -> (TokenStream, TokenStream) {
    let arms = model.variants.iter().filter(|variant| !variant.fields.is_empty()).map(|variant| {
        let name = &variant.ident;
        let bindings = variant.fields.iter().map(|field| {
            let (member, binding) = (&field.member, binding(&field.member));
            quote!(#member: #binding)
        });
        let pattern = quote!(Self::#name { #(#bindings,)* .. });
        let (walk, walk_mut): (TokenStream, TokenStream) = variant
            .fields
            .iter()
            .map(|field| {
                let binding = binding(&field.member);
                statements(model, field, quote!(#binding), quote!(#binding))
            })
            .unzip();
        (quote!(#pattern => { #walk }), quote!(#pattern => { #walk_mut }))
    });
    let (walk, walk_mut): (Vec<_>, Vec<_>) = arms.unzip();
    if walk.is_empty() {
        return (TokenStream::new(), TokenStream::new());
    }
    // Variants without anything to walk.
    let rest = (walk.len() < model.variants.len()).then(|| quote!(_ => {}));
    (quote!(match self { #(#walk)* #rest }), quote!(match self { #(#walk_mut)* #rest }))
}

fn binding(member: &Member) -> syn::Ident {
    format_ident!("__dspy_{}", registry::name_of(member))
}

fn statements(
    model: &Model,
    field: &Field,
    shared: TokenStream,
    exclusive: TokenStream,
) -> (TokenStream, TokenStream) {
    let step = match &field.member {
        Member::Named(_) => Step::Name(&field.name),
        Member::Unnamed(index) => Step::Index(index.index),
    };
    let walked =
        Walked { span: field.ty.span(), step, is_frozen: field.is_frozen, shared, exclusive };
    registry::statements(&model.krate, &walked)
}

fn place(field: &Field) -> Span {
    span_of(&field.member).resolved_at(Span::call_site())
}

/// The type's generics, with a bound for every walked field whose type depends on them.
///
/// The field's own type is bounded, not its parameters: `Predict<S>` has a registry whatever `S`.
fn bounded(model: &Model) -> Generics {
    let mut generics = model.generics.clone();
    let krate = &model.krate;
    let fields = model.variants.iter().flat_map(|variant| &variant.fields);
    let predicates: Vec<WherePredicate> = fields
        .filter(|field| {
            let ty = &field.ty;
            // A type that holds itself would ask for its own impl without end.
            mentions_any(&generics, quote!(#ty)) && !mentions(&model.ident.to_string(), quote!(#ty))
        })
        .map(|field| {
            let ty = &field.ty;
            parse_quote!(#ty: #krate::module::Parameters)
        })
        .collect();
    if !predicates.is_empty() {
        generics.make_where_clause().predicates.extend(predicates);
    }
    generics
}
