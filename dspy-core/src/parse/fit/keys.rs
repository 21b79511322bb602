//! Which entry of an object belongs to which declared key.

use std::collections::{HashMap, HashSet};

use crate::parse::node::Node;
use crate::parse::schemas::ObjectFacts;
use crate::parse::words::same_form;

/// The longest key that is compared in spite of its spelling.
const LONGEST: usize = 200;

/// So many keys are compared with each other one by one.
const FEW: usize = 16;

/// For each entry the declared key it stands for, if there is one.
///
/// A key as declared or listed as another name wins; otherwise a key that is spelled differently counts
/// if it can stand for one declared key only, and no other entry stands for that key.
pub(super) fn matched<'d>(
    entries: &[(String, Node)],
    object: &ObjectFacts<'d>,
) -> Vec<Option<&'d str>> {
    let mut out: Vec<Option<&'d str>> = entries.iter().map(|(key, _)| object.named(key)).collect();
    if out.iter().all(Option::is_some) && distinct(&out) {
        return out;
    }
    // A declared name goes before a listed one, and that before one that only resembles it.
    let declared = entries.iter().map(|(key, _)| key.as_str()).filter(|key| object.declares(key));
    let mut taken: HashSet<&str> = declared.collect();
    for ((key, _), slot) in entries.iter().zip(&mut out) {
        if let Some(owner) = slot.filter(|_| !object.declares(key))
            && !taken.insert(owner)
        {
            *slot = None;
        }
    }
    let mut claims: HashMap<&'d str, Vec<usize>> = HashMap::new();
    for (index, ((key, _), slot)) in entries.iter().zip(&out).enumerate() {
        if slot.is_none()
            && object.named(key).is_none()
            && key.len() <= LONGEST
            && let [only] = object.spelled(key)
            && !taken.contains(only)
        {
            claims.entry(*only).or_default().push(index);
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

fn distinct(keys: &[Option<&str>]) -> bool {
    if keys.len() <= FEW {
        return keys.iter().enumerate().all(|(at, key)| !keys.iter().take(at).any(|it| it == key));
    }
    let mut seen = HashSet::with_capacity(keys.len());
    keys.iter().all(|key| seen.insert(key))
}

/// Whether two spellings mean the same key.
pub(super) fn same(left: &str, right: &str) -> bool {
    left == right || same_form(left) == same_form(right)
}
