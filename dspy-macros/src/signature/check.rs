//! From what was written to a model, reporting every fault on the way.

pub(crate) mod field;

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::Ident;
use syn::ext::IdentExt;

use super::case::Case;
use super::model::{Field, Model};
use super::syntax::{Role, Syntax};
use super::wire;
use crate::diagnostics::Faults;
use crate::docs;
use crate::generics::mentions;
use crate::krate::Krate;
use field::{Checked, check_field};

pub(super) use field::fit_name;

const STRUCT_KEYS: [&str; 4] = ["instructions", "name", "rename_all", "crate"];
/// The signature as far as it can be made out; with faults it is only good for a fallback.
pub(super) fn check(syntax: Syntax, faults: &mut Faults) -> Model {
    let Syntax { vis, ident, generics, docs, options, serde, rules, fields } = syntax;
    if let Some(lifetime) = generics.lifetimes().next() {
        faults.at(
            lifetime,
            "a signature cannot borrow, for its values outlive the call: own the data, such as \
             `String` in place of `&str`",
        );
    }
    let (mut krate, mut name, mut instructions, mut case) = (None, None, None, None);
    for option in &options {
        match option.name().as_str() {
            "crate" => option.put(&mut krate, option.krate(faults), faults),
            "name" => option.put(&mut name, option.text(faults), faults),
            "instructions" => {
                option.put(&mut instructions, option.const_text(faults), faults);
            }
            "rename_all" => {
                let rule = option.text(faults).and_then(|text| Case::of(&text, faults));
                option.put(&mut case, rule, faults);
            }
            _ => option.reject("signature", &STRUCT_KEYS, faults),
        }
    }
    let mut is_movable = generics.lifetimes().next().is_none();
    if let Some((rule, key)) = wire::rename_all(&serde, faults) {
        if case.is_some() {
            faults.at(key, given_twice("rename_all", "signature"));
        }
        case = case.or(Some(rule));
    }
    let mut rules: Vec<_> = rules.iter().filter_map(|rule| rule.read(faults)).collect();
    let (mut checked, mut skipped) = (Vec::new(), Vec::new());
    for field in fields {
        match check_field(field, case, &mut rules, faults) {
            Checked::Field(field) => checked.push(field),
            Checked::Skipped(field) => skipped.push(field),
        }
    }
    let fields = checked;
    let inputs: Vec<_> = idents_of(&fields, Role::Input).collect();
    let unseen: Vec<_> = skipped.iter().map(|field| &field.ident).collect();
    rules.retain(|rule| rule.keeps_to_outputs(&inputs, &unseen, faults));
    for Field { ty, .. } in &fields {
        if mentions("Self", ty.to_token_stream()) {
            faults.at(ty, "`Self` would mean the generated struct here: write the type's name");
            is_movable = false;
        }
    }
    check_names(&fields, faults);
    if !fields.iter().any(|field| field.role == Role::Input) {
        faults.at(
            &ident,
            "a signature without an input asks the same every time: mark a field `#[input]`, such \
             as the text to work on",
        );
    }
    if !fields.iter().any(|field| field.role == Role::Output) {
        faults.at(
            &ident,
            "a signature without an output asks a model for nothing: mark a field `#[output]`",
        );
    }
    Model {
        krate: krate.unwrap_or_else(Krate::default),
        name: name.map_or_else(|| ident.unraw().to_string(), |name| name.value()),
        instructions: instructions.map(|text| text.to_token_stream()).or_else(|| docs::text(&docs)),
        vis,
        ident,
        generics,
        // A rule over no outputs could only fail by its own words.
        rules: if fields.iter().any(|field| field.role == Role::Output) {
            rules
        } else {
            Vec::new()
        },
        fields,
        skipped,
        is_movable,
    }
}

fn idents_of(fields: &[Field], role: Role) -> impl Iterator<Item = &Ident> {
    fields.iter().filter(move |field| field.role == role).map(|field| &field.ident)
}

/// Checks that every name means one field, and none that the framework uses itself.
fn check_names(fields: &[Field], faults: &mut Faults) {
    let mut taken: BTreeMap<String, &Ident> = BTreeMap::new();
    for field in fields {
        for literal in std::iter::once(&field.name).chain(&field.aliases) {
            let name = literal.value();
            if name.is_empty() {
                faults.at(literal, "`rename_all` leaves this field without a name: `rename` it");
                continue;
            }
            let reserved = match name.as_str() {
                "completed" => Some("closes an answer in the prompt"),
                "augmented" => Some("marks a demonstration that a program made"),
                _ => None,
            };
            if let Some(reason) = reserved {
                faults.at(
                    literal,
                    format!(
                        "a field cannot go by `{name}`, which {reason}: choose another name, or \
                         keep it in Rust and write `rename = \"…\"`"
                    ),
                );
            }
            match taken.get(&name) {
                Some(other) if **other == field.ident => {
                    faults.at(literal, format!("`{name}` is a name of this field already"));
                }
                Some(other) => faults.at(
                    literal,
                    format!("`{}` cannot go by `{name}`, the name of `{other}`", field.ident),
                ),
                None => drop(taken.insert(name, &field.ident)),
            }
        }
    }
}

/// What is wrong with a key that stands in serde's attribute and in ours.
fn given_twice(key: &str, ours: &str) -> String {
    format!("`{key}` is given by `#[{ours}]`, too: keep one of the two")
}
