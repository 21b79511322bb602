//! The code of a checked tool.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Generics, ReturnType, Visibility};

use super::model::Model;
use crate::part::{Part, PartField, Source, stand_in};
use crate::place::ends;

/// The function that gives the tool. One that is not sound is a stand-in, so that its uses do not
/// fail as well.
pub(super) fn emit(model: &Model, is_sound: bool) -> TokenStream {
    let Model { krate, vis, cfgs, function, .. } = model;
    let name = format_ident!("{}_tool", function.unraw(), span = function.span());
    let doc = format!("The function `{}` as a tool.", function.unraw());
    let body = if is_sound { body(model) } else { quote!(::core::unreachable!()) };
    quote! {
        #(#cfgs)*
        #[doc = #doc]
        #[allow(
            non_camel_case_types, unused_qualifications,
            clippy::all, clippy::pedantic, clippy::absolute_paths,
        )]
        #vis fn #name() -> #krate::tool::Tool {
            #body
        }
    }
}

fn body(model: &Model) -> TokenStream {
    let Model { krate, function, description, name, .. } = model;
    let fields = model.arguments.iter().map(|argument| PartField {
        ident: &argument.ident,
        ty: &argument.ty,
        docs: &argument.docs,
        stand_in: stand_in("argument", &argument.ident),
        desc: argument.desc.clone(),
        name: argument.name.clone(),
        aliases: &argument.aliases,
        bounds: &argument.bounds,
        default: argument.default.as_ref(),
        examples: &argument.examples,
    });
    let (vis, generics) = (Visibility::Inherited, Generics::default());
    let source = Source { krate, cfgs: &[], vis: &vis, generics: &generics };
    let doc = format!("What the tool `{name}` takes.");
    let arguments = Part::new(format_ident!("__Arguments"), doc, source, fields.collect());
    let (definition, impls) = (arguments.definition(), arguments.impls());
    let given = model.arguments.iter().map(|argument| {
        let (ident, borrow) = (&argument.ident, argument.is_borrowed.then(|| quote!(&)));
        quote!(#borrow arguments.#ident)
    });
    let binding = if model.arguments.is_empty() { quote!(_arguments) } else { quote!(arguments) };
    let awaited = model.is_async.then(|| quote!(.await));
    let called = quote!(#function(#(#given),*) #awaited);
    // A result that cannot be written is an error under the function's own return type.
    let (at, _) = match &model.output {
        ReturnType::Type(_, ty) => ends(ty),
        ReturnType::Default => ends(function),
    };
    let at = at.resolved_at(Span::call_site());
    let replied = quote_spanned!(at=> (&reply).tool_reply().of(reply));
    let reply = quote! {
        use #krate::__private::{FallibleReply as _, PlainReply as _};
        let reply = #called;
        #replied
    };
    let (make, run) = if model.is_async {
        (krate.private("tool"), quote_spanned!(function.span()=> async move { #reply }))
    } else {
        (krate.private("blocking_tool"), quote!({ #reply }))
    };
    quote! {
        #definition
        #impls
        #make(#name, #description, |#binding: __Arguments| #run)
    }
}
