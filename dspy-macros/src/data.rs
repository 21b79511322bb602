//! `#[data]`.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;
use syn::punctuated::Punctuated;
use syn::{Attribute, Fields, Item, Meta, Path, Token};

use crate::diagnostics::Faults;
use crate::keys;
use crate::krate::Krate;
use crate::place::head_of;

const KEYS: [&str; 1] = ["crate"];

/// The item under `#[data(arguments)]` with its derives; with faults, also the errors.
pub(crate) fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut faults = Faults::default();
    let mut krate = None;
    for option in keys::entries(arguments, &mut faults) {
        match option.name().as_str() {
            "crate" => option.put(&mut krate, option.krate(&mut faults), &mut faults),
            _ => option.reject("data", &KEYS, &mut faults),
        }
    }
    let derives = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Struct(item)) => derives(&krate.unwrap_or_default(), &item.attrs, false),
        Ok(Item::Enum(item)) => {
            let is_units = !item.variants.is_empty()
                && item.variants.iter().all(|variant| matches!(variant.fields, Fields::Unit));
            derives(&krate.unwrap_or_default(), &item.attrs, is_units)
        }
        Ok(other) => {
            faults.at(
                head_of(&other),
                "`#[data]` goes on a struct or an enum: the types that fields are made of",
            );
            TokenStream::new()
        }
        Err(error) => {
            faults.push(error);
            TokenStream::new()
        }
    };
    let errors = faults.into_compile_errors();
    quote!(#errors #derives #item)
}

/// The attributes that make data of the item, but for what the user derives already.
fn derives(krate: &Krate, attributes: &[Attribute], is_units: bool) -> TokenStream {
    let (serde, schemars) = (krate.private("serde"), krate.private("schemars"));
    let mut wanted = vec![
        quote!(::core::clone::Clone),
        quote!(::core::fmt::Debug),
        quote!(::core::cmp::PartialEq),
        quote!(#serde::Serialize),
        quote!(#serde::Deserialize),
        quote!(#schemars::JsonSchema),
    ];
    if is_units {
        wanted.extend([
            quote!(::core::marker::Copy),
            quote!(::core::cmp::Eq),
            quote!(::core::hash::Hash),
            quote!(::core::cmp::PartialOrd),
            quote!(::core::cmp::Ord),
        ]);
    }
    let present = derived(attributes);
    let name = |path: &TokenStream| path.to_string().rsplit(' ').next().map(str::to_owned);
    wanted.retain(|path| name(path).is_some_and(|name| !present.contains(&name)));
    let says = |attribute: &str| says_crate(attributes, attribute);
    let makes = |names: &[&str]| names.iter().any(|name| !present.contains(*name));
    let serde_path = (makes(&["Serialize", "Deserialize"]) && !says("serde")).then(|| {
        let path = krate.private_text("serde");
        quote!(#[serde(crate = #path)])
    });
    let schemars_path = (makes(&["JsonSchema"]) && !says("schemars")).then(|| {
        let path = krate.private_text("schemars");
        quote!(#[schemars(crate = #path)])
    });
    quote!(#[derive(#(#wanted),*)] #serde_path #schemars_path)
}

/// The last words of the derives below the attribute. Those above it are out of sight.
fn derived(attributes: &[Attribute]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for attribute in attributes.iter().filter(|a| a.path().is_ident("derive")) {
        let Ok(paths) = attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated)
        else {
            continue;
        };
        let last = |path: &Path| path.segments.last().map(|segment| segment.ident.to_string());
        names.extend(paths.iter().filter_map(last));
    }
    names
}

/// Whether the user says `crate = …` in an attribute of this name.
fn says_crate(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident(name)).any(|attribute| {
        let Meta::List(list) = &attribute.meta else {
            return false;
        };
        let mut faults = Faults::default();
        keys::entries(list.tokens.clone(), &mut faults).iter().any(|entry| entry.key == "crate")
    })
}
