//! From what was written to a model, reporting every fault on the way.

use std::collections::BTreeMap;

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Ident, LitStr};

use super::model::{Field, Model};
use super::syntax::{FieldSyntax, Role, RoleSyntax, Syntax};
use crate::bound::{Bounds, Kind};
use crate::diagnostics::Faults;
use crate::docs;
use crate::generics::mentions;
use crate::keys::{Entry, Given};
use crate::krate::Krate;
use crate::part::FieldDefault;

const STRUCT_KEYS: [&str; 3] = ["instructions", "name", "crate"];
const FIELD_KEYS: [&str; 10] =
    ["desc", "rename", "alias", "default", "ge", "gt", "le", "lt", "min_length", "max_length"];

/// The signature as far as it can be made out; with faults it is only good for a fallback.
pub(super) fn check(syntax: Syntax, faults: &mut Faults) -> Model {
    let Syntax { vis, ident, generics, docs, options, fields } = syntax;
    if let Some(lifetime) = generics.lifetimes().next() {
        faults.at(
            lifetime,
            "a signature cannot borrow, for its values outlive the call: own the data, such as \
             `String` in place of `&str`",
        );
    }
    let (mut krate, mut name, mut instructions) = (None, None, None);
    for option in &options {
        match option.name().as_str() {
            "crate" => option.put(&mut krate, option.krate(faults), faults),
            "name" => option.put(&mut name, option.text(faults), faults),
            "instructions" => {
                option.put(&mut instructions, option.const_text(faults), faults);
            }
            _ => option.reject("signature", &STRUCT_KEYS, faults),
        }
    }
    let mut is_movable = generics.lifetimes().next().is_none();
    for FieldSyntax { ty, .. } in &fields {
        if mentions("Self", ty.to_token_stream()) {
            faults.at(ty, "`Self` would mean the generated struct here: write the type's name");
            is_movable = false;
        }
    }
    let fields: Vec<Field> = fields.into_iter().map(|field| check_field(field, faults)).collect();
    check_names(&fields, faults);
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
        fields,
        is_movable,
    }
}

fn check_field(syntax: FieldSyntax, faults: &mut Faults) -> Field {
    let role = check_role(&syntax, faults);
    let FieldSyntax { ident, ty, docs, roles, .. } = syntax;
    let (mut desc, mut rename, mut default) = (None, None, None);
    let mut aliases = Vec::new();
    let mut bounds = Bounds::default();
    for (role, entry) in roles.iter().flat_map(|r| r.entries.iter().map(|e| (r.role, e))) {
        let key = entry.name();
        match key.as_str() {
            "desc" => entry.put(&mut desc, entry.const_text(faults), faults),
            "rename" => entry.put(&mut rename, name_of(entry, faults), faults),
            "default" => entry.put(&mut default, default_of(entry, faults), faults),
            "alias" => aliases.extend(name_of(entry, faults)),
            key => match Kind::of(key) {
                Some(kind) => bounds.add(kind, entry, faults),
                None => entry.reject(role.name(), &FIELD_KEYS, faults),
            },
        }
    }
    Field {
        role,
        desc: desc.map(|text| text.to_token_stream()).or_else(|| docs::text(&docs)),
        name: rename.unwrap_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span())),
        aliases,
        default,
        bounds: bounds.finish(faults),
        ident,
        ty,
        docs,
    }
}

/// The side a field is on; a field that does not say counts as an output.
fn check_role(field: &FieldSyntax, faults: &mut Faults) -> Role {
    match field.roles.as_slice() {
        [] => {
            let name = &field.ident;
            let advice = match &field.misspelt {
                Some((word, meant)) => format!("did you mean `#[{meant}]` by `#[{word}]`?"),
                None => "put one of the two on it".to_owned(),
            };
            faults.at(name, format!("`{name}` is neither `#[input]` nor `#[output]`: {advice}"));
            Role::Output
        }
        [only] => only.role,
        [first, others @ ..] => {
            for other in others {
                faults.at(&other.attribute, one_role(field, first, other));
            }
            first.role
        }
    }
}

fn one_role(field: &FieldSyntax, first: &RoleSyntax, other: &RoleSyntax) -> String {
    let name = &field.ident;
    if first.role == other.role {
        let role = first.role.name();
        format!("`{name}` has `#[{role}]` twice: put all keys into one")
    } else {
        format!("`{name}` cannot be an input and an output: keep one of the two attributes")
    }
}

/// A name on the wire, made of what section headers can hold.
fn name_of(entry: &Entry, faults: &mut Faults) -> Option<LitStr> {
    let text = entry.text(faults)?;
    let name = text.value();
    let is_allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
    if name.is_empty() || name.trim() != name || !name.chars().all(is_allowed) {
        faults.at(
            &text,
            format!(
                "`{}` takes a name of letters, digits, `_`, `-`, `.` and inner spaces: the name \
                 stands in section headers of the prompt",
                entry.key
            ),
        );
        return None;
    }
    Some(text)
}

fn default_of(entry: &Entry, faults: &mut Faults) -> Option<FieldDefault> {
    match &entry.value {
        Given::Nothing => Some(FieldDefault::OfType(entry.key.span())),
        Given::Expr(value) => Some(FieldDefault::Expr(value.clone())),
        Given::List(_) => {
            faults
                .at(entry, "`default` takes a value: `default = …`, or nothing for the type's own");
            None
        }
    }
}

/// Checks that every name means one field, and none that the framework uses itself.
fn check_names(fields: &[Field], faults: &mut Faults) {
    let mut taken: BTreeMap<String, &Ident> = BTreeMap::new();
    for field in fields {
        for literal in std::iter::once(&field.name).chain(&field.aliases) {
            let name = literal.value();
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
