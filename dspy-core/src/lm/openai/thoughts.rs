//! [`Thoughts`]: a provider's own items of reasoning, put together from a stream.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::client::Assembly;

/// Texts that come in pieces; everything else in an item comes whole.
const GROWING: [&str; 3] = ["text", "summary", "data"];

/// The items of each completion that have not been handed over.
#[derive(Debug, Default)]
pub(super) struct Thoughts(BTreeMap<usize, Vec<Map<String, Value>>>);

impl Thoughts {
    /// Notes items, or pieces of them: a piece has the type and the index of its item.
    pub(super) fn add(&mut self, completion: usize, pieces: &[Value]) {
        let items = self.0.entry(completion).or_default();
        for piece in pieces.iter().filter_map(Value::as_object) {
            let begun = items.iter_mut().rev().find(|item| is_same(item, piece));
            match begun {
                Some(item) => grow(item, piece),
                None => items.push(piece.clone()),
            }
        }
    }

    /// Hands over the items of a completion whose reasoning pauses.
    pub(super) fn close(&mut self, completion: usize, to: &mut Assembly) {
        if let Some(items) = self.0.remove(&completion).filter(|items| !items.is_empty()) {
            to.opaque_reasoning(completion, json!({"reasoning_details": items}));
        }
    }

    pub(super) fn close_all(&mut self, to: &mut Assembly) {
        while let Some(completion) = self.0.keys().next().copied() {
            self.close(completion, to);
        }
    }
}

fn is_same(item: &Map<String, Value>, piece: &Map<String, Value>) -> bool {
    let both = |name: &str| (item.get(name), piece.get(name));
    matches!(both("index"), (Some(one), Some(other)) if one == other)
        && matches!(both("type"), (Some(one), Some(other)) if one == other)
}

fn grow(item: &mut Map<String, Value>, piece: &Map<String, Value>) {
    for (name, value) in piece.iter().filter(|(_, value)| !value.is_null()) {
        match (item.get_mut(name), value) {
            (Some(Value::String(so_far)), Value::String(more))
                if GROWING.contains(&name.as_str()) =>
            {
                so_far.push_str(more);
            }
            _ => {
                item.insert(name.clone(), value.clone());
            }
        }
    }
}
