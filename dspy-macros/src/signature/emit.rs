//! The code of a checked signature.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Generics;
use syn::spanned::Spanned;

use super::model::{Model, Skipped};
use super::rule;
use super::syntax::Role;
use crate::generics;
use crate::part::{Part, PartField, Source, name_after, stand_in};

/// The input and output structs and all impls.
pub(super) fn emit(model: &Model) -> TokenStream {
    let (input, output) = (part(model, Role::Input), part(model, Role::Output));
    let definitions = [input.definition(), output.definition()];
    let impls = [
        input.impls(),
        input.accepts(),
        output.impls(),
        signature(model, &input, &output),
        row(model, &input, &output),
    ];
    quote! {
        #(#definitions)*

        #[doc(hidden)]
        #[allow(unused_qualifications, clippy::absolute_paths)]
        const _: () = {
            #(#impls)*
        };
    }
}

fn part(model: &Model, role: Role) -> Part<'_> {
    let (suffix, doc) = match role {
        Role::Input => ("Input", format!("What the signature `{}` takes.", model.ident)),
        Role::Output => ("Output", format!("What the signature `{}` gives.", model.ident)),
    };
    let fields = model.fields_of(role).map(|field| PartField {
        ident: &field.ident,
        ty: &field.ty,
        docs: &field.docs,
        stand_in: stand_in(role.name(), &field.ident),
        desc: field.desc.clone(),
        name: field.name.value(),
        aliases: &field.aliases,
        bounds: &field.bounds,
        default: field.default.as_ref(),
        examples: &field.examples,
    });
    let source =
        Source { krate: &model.krate, cfgs: &[], vis: &model.vis, generics: &model.generics };
    Part::new(name_after(&model.ident, suffix), doc, source, fields.collect())
}

fn signature(model: &Model, input: &Part<'_>, output: &Part<'_>) -> TokenStream {
    let Model { krate, ident, name, .. } = model;
    let instructions = model.instructions.iter();
    let (inputs, outputs) = (input.descriptions(), output.descriptions());
    let schema = krate.private("SignatureSchema");
    let build = quote! {
        ::std::sync::Arc::new(
            #schema::new(#name, [#(#inputs),*], [#(#outputs),*])
                #(.with_instructions(#instructions))*
        )
    };
    // One static would serve all instances of a generic signature, whose schemas differ.
    let body = if model.generics.params.is_empty() {
        quote! {
            static SCHEMA: ::std::sync::OnceLock<::std::sync::Arc<#schema>> =
                ::std::sync::OnceLock::new();
            ::std::sync::Arc::clone(SCHEMA.get_or_init(|| #build))
        }
    } else {
        build
    };
    let bounded = bounded(model);
    let (generics, ty, where_clause) = bounded.split_for_impl();
    let fields: Vec<_> = model.fields_of(Role::Output).map(|field| &field.ident).collect();
    let (functions, broken_rules) = rule::emit(krate, &model.rules, output, &fields);
    let (input, output) = (input.ty(), output.ty());
    quote! {
        #functions

        #[automatically_derived]
        impl #generics #krate::signature::Signature for #ident #ty #where_clause {
            type Input = #input;
            type Output = #output;

            #[inline]
            fn schema() -> ::std::sync::Arc<#schema> {
                #body
            }

            #broken_rules
        }
    }
}

/// The signature's generics, with what its fields are made of held to be data.
fn bounded(model: &Model) -> Generics {
    let types = model.fields.iter().map(|field| &field.ty);
    generics::of_data(&model.generics, &generics::data_types(&model.generics, types), &model.krate)
}

/// The struct as a labelled row: taken apart by clones, put together by moves.
fn row(model: &Model, input: &Part<'_>, output: &Part<'_>) -> TokenStream {
    let Model { krate, ident, .. } = model;
    let bounded = bounded(model);
    let (generics, ty, where_clause) = bounded.split_for_impl();
    let idents = |role| model.fields_of(role).map(|field| &field.ident).collect::<Vec<_>>();
    let (inputs, outputs) = (idents(Role::Input), idents(Role::Output));
    let clone = krate.private("clone");
    let cloned = |idents: &[&syn::Ident], slots: &TokenStream| -> TokenStream {
        let fields = idents
            .iter()
            .enumerate()
            .map(|(index, ident)| quote!(#ident: #clone::<#slots, #index>(&self.#ident),));
        fields.collect()
    };
    let skipped = model.skipped.iter().map(|Skipped { ident, ty, value }| {
        let value = match value {
            Some(path) => quote_spanned!(path.span()=> #path()),
            None => {
                let at = ty.span().resolved_at(Span::call_site());
                quote_spanned!(at=> #krate::__private::fill::<#ty>())
            }
        };
        quote!(#ident: #value,)
    });
    let (input_fields, output_fields) =
        (cloned(&inputs, &input.slots()), cloned(&outputs, &output.slots()));
    let (input, output) = (&input.name, &output.name);
    let signature_row = krate.private("SignatureRow");
    let input_arg = if inputs.is_empty() { quote!(_input) } else { quote!(input) };
    let output_arg = if outputs.is_empty() { quote!(_output) } else { quote!(output) };
    quote! {
        #[automatically_derived]
        impl #generics #signature_row for #ident #ty #where_clause {
            #[inline]
            fn from_parts(#input_arg: Self::Input, #output_arg: Self::Output) -> Self {
                Self {
                    #(#inputs: input.#inputs,)*
                    #(#outputs: output.#outputs,)*
                    #(#skipped)*
                }
            }

            #[inline]
            fn input_part(&self) -> Self::Input {
                #input { #input_fields }
            }

            #[inline]
            fn output_part(&self) -> Self::Output {
                #output { #output_fields }
            }
        }
    }
}
