//! From what was written to a model, reporting every fault on the way.

use syn::Member;

use super::model::{Field, Model, Variant};
use super::syntax::{FieldSyntax, Syntax, VariantSyntax};
use crate::diagnostics::Faults;
use crate::keys::Entry;
use crate::registry::{PATH_SEGMENT, is_path_segment, name_of};

const TYPE_KEYS: [&str; 1] = ["crate"];
const FIELD_KEYS: [&str; 3] = ["skip", "frozen", "rename"];

/// The registry as far as it can be made out; with faults it is only good for a fallback.
pub(super) fn check(syntax: Syntax, faults: &mut Faults) -> Model {
    let mut krate = None;
    for option in &syntax.options {
        match option.name().as_str() {
            "crate" => option.put(&mut krate, option.krate(faults), faults),
            key if FIELD_KEYS.contains(&key) => {
                faults.at(&option.key, format!("`{key}` says something of a field: put it on one"));
            }
            _ => option.reject("parameters", &TYPE_KEYS, faults),
        }
    }
    let variants = syntax.variants.into_iter().map(|variant| check_variant(variant, faults));
    Model {
        variants: variants.collect(),
        krate: krate.unwrap_or_default(),
        ident: syntax.ident,
        generics: syntax.generics,
    }
}

fn check_variant(variant: VariantSyntax, faults: &mut Faults) -> Variant {
    let mut fields: Vec<Field> = Vec::new();
    for field in variant.fields {
        let Some(field) = check_field(field, faults) else {
            continue;
        };
        if fields.iter().any(|other| other.name == field.name) {
            let message = format!("`{}` already is the path of another field", field.name);
            faults.at(&field.member, message);
        }
        fields.push(field);
    }
    Variant { ident: variant.ident, fields }
}

/// The field, unless it is skipped.
fn check_field(field: FieldSyntax, faults: &mut Faults) -> Option<Field> {
    let FieldSyntax { member, ty, options } = field;
    let (mut skip, mut frozen, mut rename) = (None, None, None);
    for option in &options {
        match option.name().as_str() {
            "skip" => option.put(&mut skip, option.expect_bare(faults).then_some(option), faults),
            "frozen" => {
                option.put(&mut frozen, option.expect_bare(faults).then_some(option), faults);
            }
            "rename" => option.put(&mut rename, segment(option, &member, faults), faults),
            _ => option.reject("parameters", &FIELD_KEYS, faults),
        }
    }
    if skip.is_some() {
        for option in options.iter().filter(|option| option.key != "skip") {
            faults.at(
                &option.key,
                format!("`{}` says nothing of a field that is skipped: keep one", option.key),
            );
        }
        return None;
    }
    let name = rename.unwrap_or_else(|| name_of(&member));
    Some(Field { name, is_frozen: frozen.is_some(), member, ty })
}

fn segment(option: &Entry, member: &Member, faults: &mut Faults) -> Option<String> {
    if matches!(member, Member::Unnamed(_)) {
        faults.at(
            &option.key,
            "a field without a name stands in paths by its number and cannot be renamed",
        );
        return None;
    }
    let text = option.text(faults)?;
    if !is_path_segment(&text.value()) {
        faults.at(&text, PATH_SEGMENT);
        return None;
    }
    Some(text.value())
}
