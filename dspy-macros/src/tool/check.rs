//! Checks of a function that is to be a tool: its arguments are made from its signature.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Attribute, Expr, FnArg, ItemFn, LitStr, Pat, PatType, Signature, Type, parse_quote};

use super::described::{self, Described};
use super::model::{Argument, Model};
use crate::bound::{Bounds, Kind};
use crate::diagnostics::Faults;
use crate::docs;
use crate::generics::mentions;
use crate::keys::{Entry, entries_of};
use crate::module::forward::{find_reference, find_unnamed, owned};
use crate::signature::check::field::{FIELD_KEYS, default_of, examples_of, name_of};

const KEYS: [&str; 3] = ["name", "desc", "crate"];

/// The attribute of an argument.
pub(super) const ARGUMENT: &str = "arg";

/// More arguments than this want a struct of their own.
const MOST_ARGUMENTS: usize = 12;

/// The tool, as far as it can be made out.
pub(super) fn check(options: &[Entry], function: &ItemFn, faults: &mut Faults) -> Model {
    let (mut krate, mut name, mut desc) = (None, None, None);
    for option in options {
        match option.name().as_str() {
            "crate" => option.put(&mut krate, option.krate(faults), faults),
            "name" => option.put(&mut name, tool_name(option, faults), faults),
            "desc" => option.put(&mut desc, option.const_text(faults), faults),
            _ => option.reject("tool", &KEYS, faults),
        }
    }
    let signature = &function.sig;
    check_shape(signature, faults);
    let mut described = described::read(&function.attrs);
    let arguments = check_arguments(signature, &mut described, faults);
    let docs = described.description.unwrap_or_else(|| quote!(""));
    for argument in described.arguments.keys() {
        faults.at(
            &signature.ident,
            format!(
                "the docs describe an argument `{argument}`, which `{}` does not have",
                signature.ident
            ),
        );
    }
    Model {
        krate: krate.unwrap_or_default(),
        vis: function.vis.clone(),
        cfgs: function.attrs.iter().filter(|it| it.path().is_ident("cfg")).cloned().collect(),
        function: signature.ident.clone(),
        is_async: signature.asyncness.is_some(),
        output: signature.output.clone(),
        name: name.unwrap_or_else(|| signature.ident.unraw().to_string()),
        description: desc.map_or(docs, |desc: Expr| desc.to_token_stream()),
        arguments,
    }
}

fn tool_name(option: &Entry, faults: &mut Faults) -> Option<String> {
    let text: LitStr = option.text(faults)?;
    let name = text.value();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        faults.at(
            &text,
            "a tool's name has up to 64 ASCII letters, digits, `_` and `-`: providers refuse others",
        );
        return None;
    }
    Some(name)
}

fn check_shape(signature: &Signature, faults: &mut Faults) {
    if let Some(receiver) = signature.receiver() {
        faults.at(
            receiver,
            "a tool has no `self`, for a model calls it by its name alone: make it a free function, \
             or a closure that holds the value: `Tool::new(\"name\", \"…\", move |arguments| …)`",
        );
    }
    if !signature.generics.params.is_empty() {
        faults.at(
            &signature.generics,
            "a tool cannot be generic, for its arguments have one JSON Schema: use concrete types, \
             and references without a named lifetime",
        );
    }
    if let Some(token) = signature.constness {
        faults.at(token, "a tool cannot be `const`: remove the word");
    }
    if let syn::Safety::Unsafe(token) = &signature.safety {
        faults.at(token, "a tool cannot be `unsafe`, for a model decides when it runs");
    }
    if let Some(abi) = &signature.abi {
        faults.at(abi, "a tool is an ordinary Rust function: remove the `extern`");
    }
    if let Some(unnamed) = match &signature.output {
        syn::ReturnType::Type(_, ty) => find_unnamed(ty),
        syn::ReturnType::Default => None,
    } {
        faults.at(unnamed, "a tool must name its result's type: write a concrete type");
    }
}

fn check_arguments(
    signature: &Signature,
    described: &mut Described,
    faults: &mut Faults,
) -> Vec<Argument> {
    let typed: Vec<&PatType> = signature
        .inputs
        .iter()
        .filter_map(|argument| match argument {
            FnArg::Typed(argument) => Some(argument),
            FnArg::Receiver(_) => None,
        })
        .collect();
    if let Some(first) = typed.get(MOST_ARGUMENTS) {
        faults.at(
            first,
            format!(
                "a tool takes at most {MOST_ARGUMENTS} arguments: gather those that belong together \
                 in a struct with `#[dspy::data]`"
            ),
        );
    }
    typed.into_iter().filter_map(|it| check_argument(it, described, faults)).collect()
}

fn check_argument(
    argument: &PatType,
    described: &mut Described,
    faults: &mut Faults,
) -> Option<Argument> {
    for attribute in argument.attrs.iter().filter(|it| it.path().is_ident("cfg")) {
        faults.at(
            attribute,
            "an argument of a tool cannot come and go with a `cfg`: write two functions, each under \
             its own",
        );
    }
    let ident = match argument.pat.as_ref() {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => pat.ident.clone(),
        other => {
            faults.at(
                other,
                "an argument of a tool must be a plain name, for a model gives it by that: take \
                 the value apart inside the body",
            );
            return None;
        }
    };
    let is_borrowed = matches!(argument.ty.as_ref(), Type::Reference(_));
    let ty = check_type(&argument.ty, faults);
    let (mut desc, mut rename, mut default, mut examples) = (None, None, None, None);
    let mut aliases = Vec::new();
    let mut bounds = Bounds::default();
    for entry in own_entries(&argument.attrs, faults) {
        match entry.name().as_str() {
            "desc" => entry.put(&mut desc, entry.const_text(faults), faults),
            "rename" => entry.put(&mut rename, name_of(&entry, faults), faults),
            "default" => entry.put(&mut default, default_of(&entry, faults), faults),
            "examples" => entry.put(&mut examples, examples_of(&entry, faults), faults),
            "alias" => aliases.extend(name_of(&entry, faults)),
            key => match Kind::of(key) {
                Some(kind) => bounds.add(kind, &entry, faults),
                None => entry.reject(ARGUMENT, &FIELD_KEYS, faults),
            },
        }
    }
    let listed = described.arguments.remove(&ident.unraw().to_string());
    let desc: Option<TokenStream> = desc
        .map(|desc: Expr| desc.to_token_stream())
        .or_else(|| docs::text(&argument.attrs))
        .or_else(|| listed.map(|listed| listed.to_token_stream()));
    Some(Argument {
        ty,
        is_borrowed,
        docs: docs::doc_attributes(&argument.attrs),
        desc,
        name: rename.map_or_else(|| ident.unraw().to_string(), |name: LitStr| name.value()),
        aliases,
        default,
        bounds: bounds.finish(faults),
        examples: examples.unwrap_or_default(),
        ident,
    })
}

fn own_entries(attributes: &[Attribute], faults: &mut Faults) -> Vec<Entry> {
    let own = attributes.iter().filter(|it| it.path().is_ident(ARGUMENT));
    own.flat_map(|attribute| entries_of(attribute, faults)).collect()
}

/// The owned type, or what could stand in its place.
fn check_type(ty: &Type, faults: &mut Faults) -> Type {
    let text = || parse_quote!(::std::string::String);
    if let Some(unnamed) = find_unnamed(ty) {
        faults.at(
            unnamed,
            "an argument of a tool must have a concrete type, for a model is told of it: write the \
             type itself, such as `String`",
        );
        return text();
    }
    let held = match ty {
        Type::Reference(reference) if reference.mutability.is_some() => {
            faults.at(
                ty,
                "an argument of a tool cannot be changed for anybody to see, for a model gives it \
                 and nobody keeps it: take it by value",
            );
            return text();
        }
        Type::Reference(reference) => owned(reference),
        other => other.clone(),
    };
    if let Some(reference) = find_reference(&held) {
        let whole = if matches!(ty, Type::Reference(_)) {
            ty.to_token_stream()
        } else {
            reference.to_token_stream()
        };
        faults.at(
            whole,
            "an argument of a tool is read from what a model wrote, so a reference can stand at \
             its very front alone: put an owned type inside, such as `String` for `&str`",
        );
        return text();
    }
    if mentions("Self", quote!(#held)) {
        faults.at(ty, "`Self` would mean the struct of the arguments here: write the type's name");
        return text();
    }
    held
}
