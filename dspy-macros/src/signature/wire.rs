//! What serde's own attributes say about a signature and its fields.
//!
//! They count as if they were ours, so that a struct that derives serde's traits as well needs to
//! say things once. What a signature cannot keep is refused, not ignored.

use proc_macro2::TokenStream;
use syn::{ExprPath, Ident, LitStr};

use super::case::Case;
use super::check::fit_name;
use crate::diagnostics::{Faults, nearest, quoted_list};
use crate::keys::{self, Entry, Given};
use crate::part::FieldDefault;

/// Keys for the struct that only a serde derive on the struct itself needs.
const OWN_OF_STRUCT: [&str; 5] = ["crate", "bound", "expecting", "deny_unknown_fields", "rename"];
/// Keys for a field that only a serde derive on the struct itself needs.
const OWN_OF_FIELD: [&str; 3] = ["bound", "borrow", "skip_serializing_if"];

const KEPT_OF_STRUCT: [&str; 1] = ["rename_all"];
const KEPT_OF_FIELD: [&str; 4] = ["rename", "alias", "default", "skip"];

const WHOLE: &str = "the inputs and outputs are written field by field, whatever the struct does: \
                     leave it out, or put it on the type of a field";
const OTHER_FORM: &str = "a prompt shows a field in the form of its type: leave it out, and give \
                          the field a type of your own that reads and writes itself so";
const HALF: &str = "a field is written and read, or neither: write `skip`, or leave it out";

/// Keys that change what is written in a way that a signature cannot keep.
const REFUSED_OF_STRUCT: [(&str, &str); 9] = [
    ("transparent", WHOLE),
    ("tag", WHOLE),
    ("content", WHOLE),
    ("untagged", WHOLE),
    ("from", WHOLE),
    ("try_from", WHOLE),
    ("into", WHOLE),
    ("remote", WHOLE),
    ("default", "there is no whole row to take a missing field from: put `default` on the fields"),
];
const REFUSED_OF_FIELD: [(&str, &str); 8] = [
    ("with", OTHER_FORM),
    ("serialize_with", OTHER_FORM),
    ("deserialize_with", OTHER_FORM),
    ("getter", OTHER_FORM),
    (
        "flatten",
        "every field is a section of the prompt with its own name: list the inner fields here, or \
         let the field be nested",
    ),
    ("skip_serializing", HALF),
    ("skip_deserializing", HALF),
    ("other", "there are no variants here: leave it out, or put it on the type of a field"),
];

/// The rule for the names of fields, with the key that gives it.
pub(super) fn rename_all<'e>(serde: &'e [Entry], faults: &mut Faults) -> Option<(Case, &'e Ident)> {
    let mut found = None;
    for entry in serde {
        let key = entry.name();
        if key == "rename_all" {
            let case = one_text(entry, faults).and_then(|text| Case::of(&text, faults));
            entry.put(&mut found, case.map(|case| (case, &entry.key)), faults);
        } else if !OWN_OF_STRUCT.contains(&key.as_str()) {
            reject(entry, ("the struct", &KEPT_OF_STRUCT, &REFUSED_OF_STRUCT), faults);
        }
    }
    found
}

/// What serde's attributes say about a field.
#[derive(Default)]
pub(super) struct Wire {
    pub(super) rename: Option<(LitStr, Ident)>,
    pub(super) default: Option<(FieldDefault, Ident)>,
    pub(super) aliases: Vec<LitStr>,
    pub(super) skip: Option<Ident>,
}

impl Wire {
    /// Reads the entries of a field's `#[serde(…)]`.
    pub(super) fn read(serde: &[Entry], faults: &mut Faults) -> Self {
        let mut wire = Self::default();
        for entry in serde {
            let key = || entry.key.clone();
            match entry.name().as_str() {
                "rename" => {
                    let name = one_text(entry, faults)
                        .and_then(|text| fit_name(text, faults))
                        .map(|name| (name, key()));
                    entry.put(&mut wire.rename, name, faults);
                }
                "alias" => {
                    let name = entry.text(faults);
                    let name = name.and_then(|text| fit_name(text, faults));
                    wire.aliases.extend(name);
                }
                "default" => {
                    let default = default_of(entry, faults).map(|default| (default, key()));
                    entry.put(&mut wire.default, default, faults);
                }
                "skip" => {
                    // With a value it is a fault, and still means to skip.
                    entry.expect_bare(faults);
                    entry.put(&mut wire.skip, Some(key()), faults);
                }
                own if OWN_OF_FIELD.contains(&own) => {}
                _ => reject(entry, ("a field", &KEPT_OF_FIELD, &REFUSED_OF_FIELD), faults),
            }
        }
        wire
    }
}

fn reject(
    entry: &Entry,
    (place, kept, refused): (&str, &[&str], &[(&str, &str)]),
    faults: &mut Faults,
) {
    let key = entry.name();
    if let Some((_, why)) = refused.iter().find(|(name, _)| *name == key) {
        faults.at(&entry.key, format!("a signature cannot keep `#[serde({key})]`, for {why}"));
        return;
    }
    let known: Vec<&str> = kept
        .iter()
        .copied()
        .chain(refused.iter().map(|(name, _)| *name))
        .chain(OWN_OF_STRUCT)
        .chain(OWN_OF_FIELD)
        .collect();
    let meant = match nearest(&key, &known).filter(|meant| *meant != key) {
        Some(meant) => format!("did you mean `{meant}`? A signature keeps"),
        None => "a signature keeps".to_owned(),
    };
    let message =
        format!("`#[serde]` has no key `{key}` on {place}: {meant} {}", quoted_list(kept));
    faults.at(&entry.key, message);
}

/// A name that is the same for writing and for reading.
fn one_text(entry: &Entry, faults: &mut Faults) -> Option<LitStr> {
    let Given::List(list) = &entry.value else {
        return entry.text(faults);
    };
    let (written, read) = two_texts(list.clone(), faults)?;
    match (written, read) {
        (Some(written), Some(read)) if written.value() == read.value() => Some(written),
        _ => {
            let key = &entry.key;
            let message = format!(
                "a signature cannot keep two names, one for writing and one for reading: write \
                 `{key} = \"…\"`, and `alias = \"…\"` on a field for other names to be understood"
            );
            faults.at(key, message);
            None
        }
    }
}

type Texts = (Option<LitStr>, Option<LitStr>);

fn two_texts(list: TokenStream, faults: &mut Faults) -> Option<Texts> {
    let (mut written, mut read) = (None, None);
    for entry in keys::entries(list, faults) {
        match entry.name().as_str() {
            "serialize" => entry.put(&mut written, Some(entry.text(faults)?), faults),
            "deserialize" => entry.put(&mut read, Some(entry.text(faults)?), faults),
            _ => {
                entry.reject("serde", &["serialize", "deserialize"], faults);
                return None;
            }
        }
    }
    Some((written, read))
}

/// The type's own default, or that of the function at a path.
fn default_of(entry: &Entry, faults: &mut Faults) -> Option<FieldDefault> {
    if matches!(entry.value, Given::Nothing) {
        return Some(FieldDefault::OfType(entry.key.span()));
    }
    let text = entry.text(faults)?;
    match text.parse::<ExprPath>() {
        Ok(path) => Some(FieldDefault::Call(path)),
        Err(_) => {
            faults.at(
                &text,
                "`default` takes the path of a function without arguments: `default = \"path::to\"`",
            );
            None
        }
    }
}
