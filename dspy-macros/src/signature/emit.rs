//! The code of a checked signature.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::model::{Bound, BoundKind, Field, Model, Number};
use super::syntax::Role;
use crate::generics;
use crate::part::{Part, PartField, name_after, stand_in};

/// The input and output structs and all impls.
pub(super) fn emit(model: &Model) -> TokenStream {
    let (input, output) = (part(model, Role::Input), part(model, Role::Output));
    let definitions = [input.definition(), output.definition()];
    let blocks = [
        input.assertions(),
        output.assertions(),
        bound_assertions(model),
        input.defaults(),
        output.defaults(),
        input.single_field(),
        signature(model, &input, &output),
        row(model, &input, &output),
    ];
    quote! {
        #(#definitions)*

        #[doc(hidden)]
        #[allow(unused_qualifications, clippy::absolute_paths)]
        const _: () = {
            #(#blocks)*
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
        rename: field.is_renamed.then_some(field.name.as_str()),
        aliases: &field.aliases,
        default: field.default.as_ref(),
    });
    Part {
        krate: &model.krate,
        cfgs: &[],
        vis: &model.vis,
        name: name_after(&model.ident, suffix),
        doc,
        generics: model.generics.clone(),
        fields: fields.collect(),
    }
    .new()
}

fn signature(model: &Model, input: &Part<'_>, output: &Part<'_>) -> TokenStream {
    let Model { krate, ident, name, .. } = model;
    let instructions = model.instructions.iter();
    let inputs = fields(model, Role::Input, input);
    let outputs = fields(model, Role::Output, output);
    let private = |name| krate.private(name);
    let schema = private("SignatureSchema");
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
    let bounded = generics::of_data(&model.generics, krate);
    let (generics, ty, where_clause) = bounded.split_for_impl();
    let (input, output) = (input.ty(), output.ty());
    quote! {
        #[automatically_derived]
        impl #generics #krate::signature::Signature for #ident #ty #where_clause {
            type Input = #input;
            type Output = #output;

            fn schema() -> ::std::sync::Arc<#schema> {
                #body
            }
        }
    }
}

/// The run-time descriptions of one side's fields.
fn fields(model: &Model, role: Role, part: &Part<'_>) -> Vec<TokenStream> {
    let krate = &model.krate;
    let private = |name| krate.private(name);
    let field_type = private("Field");
    let describe = |(field, part_field): (&Field, &PartField<'_>)| {
        let Field { ty, name, desc, aliases, bounds, .. } = field;
        let of_type = if bounds.is_empty() {
            quote!(#field_type::of::<#ty>(#name))
        } else {
            let bounded = private("bounded");
            let bounds = bounds.iter().map(|bound| bound_value(model, bound));
            quote! {
                #field_type::with_schema(
                    #name,
                    #bounded(#krate::schema::of::<#ty>(), [#(#bounds),*]),
                )
            }
        };
        let desc = desc.iter();
        let described = quote!(#of_type #(.with_desc(#desc))* #(.with_alias(#aliases))*);
        match part.default_value(part_field) {
            Some(value) => {
                let with_default = private("with_default");
                quote!(#with_default(#described, #value))
            }
            None => described,
        }
    };
    model.fields_of(role).zip(&part.fields).map(describe).collect()
}

fn bound_value(model: &Model, bound: &Bound) -> TokenStream {
    let kind = match bound.kind {
        BoundKind::Ge => quote!(AtLeast),
        BoundKind::Gt => quote!(MoreThan),
        BoundKind::Le => quote!(AtMost),
        BoundKind::Lt => quote!(LessThan),
        BoundKind::MinLength => quote!(MinLength),
        BoundKind::MaxLength => quote!(MaxLength),
    };
    let value = match bound.value {
        Number::Signed(number) => number.to_token_stream(),
        Number::Unsigned(number) => number.to_token_stream(),
        Number::Float(number) => number.to_token_stream(),
    };
    let private = model.krate.private("Bound");
    if bound.kind.is_length() {
        quote!(#private::#kind(#value))
    } else {
        let number = model.krate.private("number");
        quote!(#private::#kind(#number(#value)))
    }
}

/// Checks, under each bounded field's type, that the bounds can bind its values.
fn bound_assertions(model: &Model) -> TokenStream {
    let krate = &model.krate;
    let checks = model.fields.iter().flat_map(|field| {
        let ty = &field.ty;
        let at = ty.span().resolved_at(Span::call_site());
        let has = |is_length| field.bounds.iter().any(|b| b.kind.is_length() == is_length);
        let length =
            has(true).then(|| quote_spanned!(at=> #krate::__private::assert_length::<#ty>();));
        let numeric =
            has(false).then(|| quote_spanned!(at=> #krate::__private::assert_numeric::<#ty>();));
        [length, numeric]
    });
    let checks: Vec<_> = checks.flatten().collect();
    if checks.is_empty() {
        return TokenStream::new();
    }
    let bounded = generics::of_data(&model.generics, krate);
    let (generics, _, where_clause) = bounded.split_for_impl();
    quote! {
        #[allow(dead_code)]
        fn __dspy_check_bounds #generics () #where_clause {
            #(#checks)*
        }
    }
}

fn row(model: &Model, input: &Part<'_>, output: &Part<'_>) -> TokenStream {
    let Model { krate, ident, .. } = model;
    let bounded = generics::of_data(&model.generics, krate);
    let (generics, ty, where_clause) = bounded.split_for_impl();
    let inputs: Vec<_> = model.fields_of(Role::Input).map(|field| &field.ident).collect();
    let outputs: Vec<_> = model.fields_of(Role::Output).map(|field| &field.ident).collect();
    let (input, output) = (&input.name, &output.name);
    let private = krate.private("SignatureRow");
    let input_arg = if inputs.is_empty() { quote!(_input) } else { quote!(input) };
    let output_arg = if outputs.is_empty() { quote!(_output) } else { quote!(output) };
    quote! {
        #[automatically_derived]
        impl #generics #private for #ident #ty #where_clause {
            fn from_parts(#input_arg: Self::Input, #output_arg: Self::Output) -> Self {
                Self {
                    #(#inputs: input.#inputs,)*
                    #(#outputs: output.#outputs,)*
                }
            }

            fn input_part(&self) -> Self::Input {
                #input { #(#inputs: ::core::clone::Clone::clone(&self.#inputs),)* }
            }

            fn output_part(&self) -> Self::Output {
                #output { #(#outputs: ::core::clone::Clone::clone(&self.#outputs),)* }
            }
        }
    }
}
