//! Which entry of an object belongs to which declared key.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::parse::node::Node;
use crate::parse::words::same_form;
use crate::schema::aliases;

/// For each entry the declared key it stands for, if there is one.
///
/// A key as declared wins, then another name that the property's schema lists; otherwise a key that
/// is spelled differently counts if it can stand for one declared key only. No two entries stand
/// for one key.
pub(super) fn matched<'s>(
    entries: &[(String, Node)],
    declared: &'s Map<String, Value>,
) -> Vec<Option<&'s str>> {
    let mut out: Vec<Option<&'s str>> = entries
        .iter()
        .map(|(key, _)| declared.get_key_value(key).map(|(key, _)| key.as_str()))
        .collect();
    if out.iter().all(Option::is_some) {
        return out;
    }
    claim_by_alias(entries, declared, &mut out);
    let mut forms: HashMap<String, Vec<&'s str>> = HashMap::new();
    for (key, property) in declared {
        for name in std::iter::once(key.as_str()).chain(aliases(property)) {
            let keys = forms.entry(same_form(name)).or_default();
            if !keys.contains(&key.as_str()) {
                keys.push(key);
            }
        }
    }
    let free = |entry: &(String, Node), taken: &[Option<&str>]| match forms
        .get(&same_form(&entry.0))
        .map(Vec::as_slice)
    {
        Some([only]) if !taken.contains(&Some(*only)) => Some(*only),
        _ => None,
    };
    let exact: Vec<Option<&str>> = out.clone();
    let mut claims: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        if exact.get(index).is_some_and(Option::is_none)
            && entry.0.len() <= 200
            && forms.contains_key(&same_form(&entry.0))
            && let Some(key) = free(entry, &exact)
        {
            claims.entry(key).or_default().push(index);
        }
    }
    for (key, indices) in claims {
        if let [only] = indices.as_slice()
            && let Some(slot) = out.get_mut(*only)
        {
            *slot = Some(key);
        }
    }
    out
}

/// Gives the keys of properties to the entries that bear another name of theirs, as listed.
fn claim_by_alias<'s>(
    entries: &[(String, Node)],
    declared: &'s Map<String, Value>,
    out: &mut [Option<&'s str>],
) {
    let mut owners: HashMap<&str, Option<&'s str>> = HashMap::new();
    for (key, property) in declared {
        for alias in aliases(property) {
            // A name that two properties share is nobody's.
            owners.entry(alias).and_modify(|owner| *owner = None).or_insert(Some(key));
        }
    }
    if owners.is_empty() {
        return;
    }
    let mut taken: HashSet<&str> = out.iter().flatten().copied().collect();
    for ((written, _), slot) in entries.iter().zip(out) {
        if slot.is_none()
            && let Some(Some(owner)) = owners.get(written.as_str())
            && taken.insert(owner)
        {
            *slot = Some(owner);
        }
    }
}

/// Whether the key is another name of the property, as its schema lists it.
pub(super) fn is_alias(written: &str, property: Option<&Value>) -> bool {
    property.is_some_and(|property| aliases(property).any(|alias| alias == written))
}

/// Whether two spellings mean the same key.
pub(super) fn same(left: &str, right: &str) -> bool {
    left == right || same_form(left) == same_form(right)
}
