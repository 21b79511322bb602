//! What the user wrote: a struct, its attributes and its fields, nothing decided yet.

use syn::{Attribute, Data, DeriveInput, Fields, Generics, Ident, Type, Visibility};

use super::rule::RuleSyntax;
use crate::diagnostics::{Faults, nearest};
use crate::docs;
use crate::keys::{Entry, entries_of};

/// A struct under `#[derive(Signature)]`.
pub(super) struct Syntax {
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) docs: Vec<Attribute>,
    /// The entries of every `#[signature(…)]`.
    pub(super) options: Vec<Entry>,
    /// The entries of every `#[serde(…)]`.
    pub(super) serde: Vec<Entry>,
    pub(super) rules: Vec<RuleSyntax>,
    pub(super) fields: Vec<FieldSyntax>,
}

/// One field as written.
pub(super) struct FieldSyntax {
    pub(super) ident: Ident,
    pub(super) ty: Type,
    pub(super) docs: Vec<Attribute>,
    pub(super) roles: Vec<RoleSyntax>,
    /// The entries of every `#[signature(…)]`.
    pub(super) options: Vec<Entry>,
    /// The entries of every `#[serde(…)]`.
    pub(super) serde: Vec<Entry>,
    pub(super) rules: Vec<RuleSyntax>,
    /// An attribute that looks like a misspelt `#[input]` or `#[output]`.
    pub(super) misspelt: Option<(String, &'static str)>,
}

/// One `#[input(…)]` or `#[output(…)]`.
pub(super) struct RoleSyntax {
    pub(super) role: Role,
    pub(super) attribute: Attribute,
    pub(super) entries: Vec<Entry>,
}

/// Which side of the call a field is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Input,
    Output,
}

impl Role {
    const ALL: [&'static str; 2] = ["input", "output"];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
        }
    }

    fn of(attribute: &Attribute) -> Option<Self> {
        if attribute.path().is_ident("input") {
            Some(Self::Input)
        } else if attribute.path().is_ident("output") {
            Some(Self::Output)
        } else {
            None
        }
    }
}

/// Takes the item apart; `None` where it is nothing that could be a signature.
pub(super) fn read(input: DeriveInput, faults: &mut Faults) -> Option<Syntax> {
    let fields = match input.data {
        Data::Struct(data) => match data.fields {
            Fields::Named(named) => named.named,
            Fields::Unnamed(_) | Fields::Unit => {
                faults.at(
                    &input.ident,
                    "a signature needs fields with names, for the prompt speaks of them: write \
                     `struct Name { #[input] question: String, #[output] answer: String }`",
                );
                return None;
            }
        },
        Data::Enum(_) | Data::Union(_) => {
            faults.at(
                &input.ident,
                "only a struct can be a signature: put `#[derive(Signature)]` on a struct with \
                 `#[input]` and `#[output]` fields; an enum can be the type of a field, with \
                 `#[dspy::data]`",
            );
            return None;
        }
    };
    Some(Syntax {
        options: entries_in(&input.attrs, "signature", faults),
        serde: entries_in(&input.attrs, "serde", faults),
        rules: RuleSyntax::all_of(&input.attrs),
        docs: docs::doc_attributes(&input.attrs),
        fields: fields.into_iter().filter_map(|field| read_field(field, faults)).collect(),
        vis: input.vis,
        ident: input.ident,
        generics: input.generics,
    })
}

/// The entries of all attributes of this name.
fn entries_in(attributes: &[Attribute], name: &str, faults: &mut Faults) -> Vec<Entry> {
    let named = attributes.iter().filter(|attribute| attribute.path().is_ident(name));
    named.flat_map(|attribute| entries_of(attribute, faults)).collect()
}

fn read_field(field: syn::Field, faults: &mut Faults) -> Option<FieldSyntax> {
    if let Some((_, value)) = &field.default {
        faults.at(
            value,
            "a signature's field takes its default in the attribute: `#[output(default = …)]`",
        );
    }
    let mut roles = Vec::new();
    let mut misspelt = None;
    for attribute in &field.attrs {
        if let Some(role) = Role::of(attribute) {
            let entries = entries_of(attribute, faults);
            roles.push(RoleSyntax { role, attribute: attribute.clone(), entries });
        } else if let Some(word) = attribute.path().get_ident().map(Ident::to_string) {
            misspelt = misspelt.or(nearest(&word, &Role::ALL).map(|meant| (word, meant)));
        }
    }
    Some(FieldSyntax {
        docs: docs::doc_attributes(&field.attrs),
        options: entries_in(&field.attrs, "signature", faults),
        serde: entries_in(&field.attrs, "serde", faults),
        rules: RuleSyntax::all_of(&field.attrs),
        ident: field.ident?,
        ty: field.ty,
        roles,
        misspelt,
    })
}
