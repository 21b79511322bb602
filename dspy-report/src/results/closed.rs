//! Which labels are of a closed set, so that a table of mistakes says something.

use std::collections::{BTreeMap, BTreeSet};

use dspy_core::evaluate::{Confusion, Evaluation};
use dspy_core::signature::Data;
use serde_json::Value;

/// Names that a table has room for.
const MOST: usize = 30;

/// The confusion of each labelled field that looks like a closed set: words or yes and no, at most 30
/// of them, each on two rows or more on average, answered from about the same set.
pub(super) fn confusions<O: Data>(evaluation: &Evaluation<O>) -> Vec<Confusion> {
    let mut labels: BTreeMap<&str, (usize, BTreeSet<String>)> = BTreeMap::new();
    let mut open: BTreeSet<&str> = BTreeSet::new();
    for (field, value) in evaluation.items().iter().flat_map(|item| &item.label) {
        let word = match value {
            Value::String(text) if text.chars().count() <= 60 => text.clone(),
            Value::Bool(truth) => truth.to_string(),
            Value::Null => continue,
            _ => {
                open.insert(field);
                continue;
            }
        };
        let (rows, words) = labels.entry(field).or_default();
        *rows += 1;
        if words.len() <= MOST {
            words.insert(word);
        }
    }
    labels
        .into_iter()
        .filter(|(field, (rows, words))| {
            !open.contains(field) && (2..=MOST).contains(&words.len()) && words.len() * 2 <= *rows
        })
        .map(|(field, _)| evaluation.confusion(field))
        .filter(|confusion| {
            let answered = confusion.counts.iter().flatten().any(|count| *count > 0);
            answered && confusion.names.len() <= MOST
        })
        .collect()
}
