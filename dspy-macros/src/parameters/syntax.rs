//! What the user wrote: the variants and their fields, nothing decided yet.

use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Fields, Generics, Ident, Member, Type};

use crate::diagnostics::Faults;
use crate::keys::{Entry, entries_of};

/// A struct or enum under `#[derive(Parameters)]`.
pub(super) struct Syntax {
    pub(super) ident: Ident,
    pub(super) generics: Generics,
    pub(super) options: Vec<Entry>,
    pub(super) variants: Vec<VariantSyntax>,
}

/// One variant; a struct is a single one without a name.
pub(super) struct VariantSyntax {
    pub(super) ident: Option<Ident>,
    pub(super) fields: Vec<FieldSyntax>,
}

/// One field as written.
pub(super) struct FieldSyntax {
    pub(super) member: Member,
    pub(super) ty: Type,
    pub(super) options: Vec<Entry>,
}

/// Takes the item apart; `None` where it is a union.
pub(super) fn read(input: DeriveInput, faults: &mut Faults) -> Option<Syntax> {
    let options = options_of(&input.attrs, faults);
    let variants = match input.data {
        Data::Struct(data) => vec![variant(None, data.fields, faults)],
        Data::Enum(data) => data
            .variants
            .into_iter()
            .map(|one| {
                for option in options_of(&one.attrs, faults) {
                    faults.at(
                        &option.key,
                        "a variant has no keys of its own: put `#[parameters(…)]` on its fields",
                    );
                }
                variant(Some(one.ident), one.fields, faults)
            })
            .collect(),
        Data::Union(data) => {
            faults.at(
                data.union_token,
                "a union does not know which of its fields is there, so none can be walked: use \
                 an enum",
            );
            return None;
        }
    };
    Some(Syntax { ident: input.ident, generics: input.generics, options, variants })
}

fn variant(ident: Option<Ident>, fields: Fields, faults: &mut Faults) -> VariantSyntax {
    let fields = fields.into_iter().enumerate().map(|(index, field)| {
        let member = match field.ident {
            Some(ident) => Member::Named(ident),
            None => {
                let index = u32::try_from(index).unwrap_or(u32::MAX);
                Member::Unnamed(syn::Index { index, span: field.ty.span() })
            }
        };
        FieldSyntax { member, ty: field.ty, options: options_of(&field.attrs, faults) }
    });
    VariantSyntax { ident, fields: fields.collect() }
}

fn options_of(attributes: &[Attribute], faults: &mut Faults) -> Vec<Entry> {
    let mut options = Vec::new();
    for attribute in attributes.iter().filter(|a| a.path().is_ident("parameters")) {
        options.extend(entries_of(attribute, faults));
    }
    options
}
