//! The code of a checked module.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Member, Type, Visibility, parse_quote};

use super::model::{Model, Registry, RegistryField, Treatment};
use crate::docs;
use crate::generics;
use crate::part::{Part, PartField, Source, stand_in};
use crate::place::ends;
use crate::registry::{self, Step, Walked, span_of};

/// The input struct and all impls.
pub(super) fn emit(model: &Model) -> TokenStream {
    let vis: Visibility = parse_quote!(pub);
    let input = input(model, &vis);
    let definition = input.definition();
    let impls = [input.impls(), input.accepts(), module(model, &input)];
    let registry = model.registry.as_ref().map(|registry| parameters(model, registry));
    let cfgs = &model.cfgs;
    quote! {
        #definition

        #(#cfgs)*
        #[doc(hidden)]
        #[allow(unused_qualifications, clippy::absolute_paths)]
        const _: () = {
            #(#impls)*
            #registry
        };
    }
}

fn input<'a>(model: &'a Model, vis: &'a Visibility) -> Part<'a> {
    let fields = model.forward.arguments.iter().map(|argument| PartField {
        ident: &argument.ident,
        ty: &argument.ty,
        docs: &argument.docs,
        stand_in: stand_in("argument", &argument.ident),
        desc: docs::text(&argument.docs),
        name: argument.ident.unraw().to_string(),
        aliases: &[],
        bounds: &[],
        default: None,
        examples: &[],
    });
    let source = Source { krate: &model.krate, cfgs: &model.cfgs, vis, generics: &model.generics };
    let doc = format!("What the module `{}` takes.", model.ident);
    Part::new(model.input_name.clone(), doc, source, fields.collect())
        .with_about(docs::text(&model.forward.docs))
}

/// The impl of `Module`.
///
/// Its items stand at the places of what rustc may find fault with: the impl's type, the return
/// type, the method. One fault then gives one error, under the user's own code.
fn module(model: &Model, input: &Part<'_>) -> TokenStream {
    let Model { krate, self_ty, forward, .. } = model;
    let bounded = generics::of_data(&model.generics, &input.data_types(), krate);
    let (generics, _, where_clause) = bounded.split_for_impl();
    let output = output(model);
    let Returned { associated, future } = returned(model, &output);
    let at = forward.ident.span();
    let (first, last) = ends(self_ty);
    let name = quote_spanned!(first=> fn invoke);
    let arguments = quote_spanned!(at=> (&self, input: Self::Input));
    let future = grouped(Delimiter::Parenthesis, last, future);
    let body = match &forward.output {
        Some(ty) if forward.is_sound => call(model, ty, &input.ty()),
        _ => quote_spanned!(at=> { let _ = input; async { ::core::unreachable!() } }),
    };
    let input_ty = input.ty();
    quote! {
        #[automatically_derived]
        #[allow(unused_parens)]
        impl #generics #krate::module::Module for #self_ty #where_clause {
            type Input = #input_ty;
            #associated

            #name #arguments -> #future #body
        }
    }
}

/// The module's output type, under the return type of `forward`.
fn output(model: &Model) -> TokenStream {
    let Some(ty) = &model.forward.output else {
        return quote!(());
    };
    let forward_return = model.krate.private("ForwardReturn");
    let (first, last) = ends(ty);
    let (start, end) = (quote_spanned!(first=> <), quote_spanned!(last=> Output));
    quote!(#start #ty as #forward_return>::#end)
}

/// The parts of the impl that speak of the output, under the return type of `forward`.
struct Returned {
    /// `type Output = …;`
    associated: TokenStream,
    /// `impl Future<Output = …> + Send`
    future: TokenStream,
}

fn returned(model: &Model, output: &TokenStream) -> Returned {
    let forward = &model.forward;
    let (first, last) = match &forward.output {
        Some(ty) => ends(ty),
        None => ends(&forward.ident),
    };
    let krate = model.krate.at(first);
    let keyword = quote_spanned!(first=> type);
    let name = quote_spanned!(last=> Output);
    let semicolon = quote_spanned!(last=> ;);
    let start = quote_spanned! {first=>
        impl ::core::future::Future<Output = #krate::Result<#krate::predict::Prediction<
    };
    let end = quote_spanned!(last=> >>> + ::core::marker::Send);
    Returned {
        associated: quote!(#keyword #name = #output #semicolon),
        future: quote!(#start #output #end),
    }
}

/// The body of `invoke`: runs `forward`, which returns a `ty`.
fn call(model: &Model, ty: &Type, input_ty: &TokenStream) -> TokenStream {
    let Model { krate, forward, .. } = model;
    let forward_return = krate.private("ForwardReturn");
    let (first, last) = ends(ty);
    let (start, end) = (quote_spanned!(first=> <), quote_spanned!(last=> into_result));
    let into_result = quote!(#start #ty as #forward_return>::#end);
    let at = forward.ident.span();
    let krate = krate.at(at);
    let arguments: Vec<_> = forward.arguments.iter().map(|argument| &argument.ident).collect();
    let input =
        if arguments.is_empty() { quote_spanned!(at=> _input) } else { quote_spanned!(at=> input) };
    let forwarded = quote_spanned!(at=> Self::forward(&module, #(#input.#arguments),*).await);
    let result = grouped(Delimiter::Parenthesis, last, forwarded);
    let block = grouped(Delimiter::Brace, last, quote!(#into_result #result));
    let run = quote_spanned!(first=> async move);
    quote_spanned! {at=> {
        #krate::__private::invoke(self, input, |module: Self, #input: #input_ty| #run #block)
    }}
}

/// A group whose delimiters stand at this place.
fn grouped(delimiter: Delimiter, place: Span, tokens: TokenStream) -> Group {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(place);
    group
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
    let this = quote_spanned!(model.self_ty.span()=> Self);
    let never = if registry.fields.is_empty() { quote!(_never) } else { quote!(never) };
    quote! {
        let _ = |#never: ::core::convert::Infallible| #this { #(#fields)* };
    }
}
