//! The code of a checked module.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Member, Visibility, parse_quote};

use super::model::{Argument, Model, Registry, RegistryField, Treatment};
use crate::generics;
use crate::part::{Part, PartField, described, stand_in};
use crate::registry::{self, Step, Walked, span_of};

/// The input struct and all impls.
pub(super) fn emit(model: &Model) -> TokenStream {
    let vis: Visibility = parse_quote!(pub);
    let descriptions: Vec<_> =
        model.forward.arguments.iter().map(|argument| described(&argument.docs)).collect();
    let input = input(model, &vis, &descriptions);
    let definition = input.definition();
    let blocks = [input.assertions(), input.single_field(), module(model, &input)];
    let registry = model.registry.as_ref().map(|registry| parameters(model, registry));
    let cfgs = &model.cfgs;
    quote! {
        #definition

        #(#cfgs)*
        #[doc(hidden)]
        #[allow(unused_qualifications, clippy::absolute_paths)]
        const _: () = {
            #(#blocks)*
            #registry
        };
    }
}

fn input<'a>(
    model: &'a Model,
    vis: &'a Visibility,
    descriptions: &[Option<TokenStream>],
) -> Part<'a> {
    let field = |(argument, desc): (&'a Argument, &Option<TokenStream>)| PartField {
        ident: &argument.ident,
        ty: &argument.ty,
        docs: &argument.docs,
        stand_in: stand_in("argument", &argument.ident),
        desc: desc.clone(),
        rename: None,
        aliases: &[],
        default: None,
    };
    Part {
        krate: &model.krate,
        cfgs: &model.cfgs,
        vis,
        name: model.input_name.clone(),
        doc: format!("What the module `{}` takes.", model.ident),
        generics: model.generics.clone(),
        fields: model.forward.arguments.iter().zip(descriptions).map(field).collect(),
    }
    .new()
}

fn module(model: &Model, input: &Part<'_>) -> TokenStream {
    let Model { krate, self_ty, forward, .. } = model;
    let bounded = data_where_used(model, input);
    let (generics, _, where_clause) = bounded.split_for_impl();
    let input_ty = input.ty();
    // Errors about the method's future or result belong to the method.
    let at = forward.ident.span().resolved_at(Span::call_site());
    let output = match &forward.output {
        Some(ty) => {
            let ty_at = ty.span().resolved_at(Span::call_site());
            quote_spanned!(ty_at=> <#ty as #krate::__private::ForwardReturn>::Output)
        }
        None => quote!(()),
    };
    let arguments = forward.arguments.iter().map(|argument| &argument.ident);
    let name = if forward.arguments.is_empty() { quote!(_input) } else { quote!(input) };
    let body = if forward.is_sound {
        quote_spanned! {at=>
            #krate::__private::invoke(
                self,
                input,
                |module: Self, #name: #input_ty| async move {
                    Self::forward(&module, #(input.#arguments),*).await
                },
            )
        }
    } else {
        quote!({
            let _ = input;
            async { ::core::unreachable!() }
        })
    };
    quote! {
        #[automatically_derived]
        impl #generics #krate::module::Module for #self_ty #where_clause {
            type Input = #input_ty;
            type Output = #output;

            fn invoke(
                &self,
                input: Self::Input,
            ) -> impl ::core::future::Future<
                Output = #krate::Result<#krate::predict::Prediction<Self::Output>>,
            > + ::core::marker::Send {
                #body
            }
        }
    }
}

/// The impl's generics, with those that the input uses held to be field data.
fn data_where_used(model: &Model, input: &Part<'_>) -> syn::Generics {
    let bounds = generics::of_data(&input.generics, &model.krate);
    let mut bounded = model.generics.clone();
    if let Some(clause) = bounds.where_clause {
        bounded.make_where_clause().predicates.extend(clause.predicates);
    }
    bounded
}

fn parameters(model: &Model, registry: &Registry) -> TokenStream {
    let Model { krate, self_ty, generics, .. } = model;
    let (generics, _, where_clause) = generics.split_for_impl();
    let mut walk = TokenStream::new();
    let mut walk_mut = TokenStream::new();
    let mut is_empty = true;
    for field in &registry.fields {
        let Treatment::Visit { name, is_frozen } = &field.treatment else {
            continue;
        };
        let RegistryField { member, cfgs, .. } = field;
        let step = match (name, member) {
            (Some(name), _) => Step::Name(name),
            (None, Member::Unnamed(index)) => Step::Index(index.index),
            (None, Member::Named(_)) => continue,
        };
        let span = span_of(member);
        let at = span.resolved_at(Span::call_site());
        let walked = Walked {
            span,
            step,
            is_frozen: *is_frozen,
            shared: quote_spanned!(at=> &self.#member),
            exclusive: quote_spanned!(at=> &mut self.#member),
        };
        let (shared, exclusive) = registry::statements(krate, &walked);
        walk.extend(quote!(#(#cfgs)* #shared));
        walk_mut.extend(quote!(#(#cfgs)* #exclusive));
        is_empty = false;
    }
    let proof = registry.is_proved.then(|| proof(model, registry));
    let methods = registry::methods(krate, is_empty, &quote!(#proof #walk), &walk_mut);
    quote! {
        #[automatically_derived]
        impl #generics #krate::module::Parameters for #self_ty #where_clause {
            #methods
        }
    }
}

/// Names every field in an initializer that never runs: rustc reports a field that is missing.
fn proof(model: &Model, registry: &Registry) -> TokenStream {
    let krate = &model.krate;
    let fields = registry.fields.iter().map(|RegistryField { member, cfgs, .. }| {
        let at = span_of(member).resolved_at(Span::call_site());
        let any = quote_spanned!(at=> #krate::__private::any(never));
        quote!(#(#cfgs)* #member: #any,)
    });
    let at = model.self_ty.span().resolved_at(Span::call_site());
    let this = quote_spanned!(at=> Self);
    let never = if registry.fields.is_empty() { quote!(_never) } else { quote!(never) };
    quote! {
        let _ = |#never: ::core::convert::Infallible| #this { #(#fields)* };
    }
}
