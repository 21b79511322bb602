//! Which entry of an object belongs to which declared key.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::parse::node::Node;
use crate::parse::words::same_form;

/// For each entry the declared key it stands for, if there is one.
///
/// A key as declared wins; otherwise a key that is spelled differently counts if it can stand for
/// one declared key only, and no other entry stands for that key.
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
    let mut forms: HashMap<String, Vec<&'s str>> = HashMap::new();
    for key in declared.keys() {
        forms.entry(same_form(key)).or_default().push(key);
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

/// Whether two spellings mean the same key.
pub(super) fn same(left: &str, right: &str) -> bool {
    left == right || same_form(left) == same_form(right)
}
