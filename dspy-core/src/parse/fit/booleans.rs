//! Boolean targets.

use serde_json::Value;

use super::{Fault, Fitter};
use crate::parse::node::Node;
use crate::parse::repair::RepairKind;
use crate::parse::words::{composed, negates, sentence_words, undressed};

/// Words that leave the answer open.
const HEDGES: &[&str] = &[
    "if",
    "whether",
    "unless",
    "maybe",
    "perhaps",
    "might",
    "could",
    "may",
    "unsure",
    "unclear",
    "unknown",
    "either",
    "or",
    "partly",
    "partially",
    "half",
    "almost",
    "sometimes",
    "but",
    "doubt",
    "doubts",
    "doubtful",
    "wonder",
    "unlikely",
    "claims",
    "says",
    "deny",
    "denies",
    "probably",
    "possibly",
    "depends",
    "hard",
    "impossible",
];

/// A sentence of so many words that ends with the boolean says nothing else.
const SHORT: usize = 4;

/// Longer texts are not searched.
const LONGEST: usize = 1000;

impl Fitter<'_> {
    pub(super) fn fit_boolean(&mut self, node: &Node) -> Result<Value, Fault> {
        let expected = "`true` or `false`";
        let value = match node {
            Node::Bool(value) => return Ok(Value::Bool(*value)),
            Node::Number(raw) if raw == "1" => true,
            Node::Number(raw) if raw == "0" => false,
            Node::Text(text) => match word(undressed(text)) {
                Some(value) => value,
                None => match self.said(text, node, expected)? {
                    Some(value) => value,
                    None => return Err(self.mismatch(expected, node)),
                },
            },
            _ => match self.single(node, || expected.to_owned())? {
                Some(inner) => {
                    self.repair(RepairKind::Unwrapped, node, "");
                    return self.fit_boolean(inner);
                }
                None => return Err(self.mismatch(expected, node)),
            },
        };
        self.repair(RepairKind::Boolean, node, &value.to_string());
        Ok(Value::Bool(value))
    }

    /// The answer that prose gives: with its first word, or with its last one.
    fn said(&self, text: &str, node: &Node, expected: &str) -> Result<Option<bool>, Fault> {
        if text.len() > LONGEST || !text.contains(char::is_alphabetic) {
            return Ok(None);
        }
        let words = sentence_words(text);
        let mentions: Vec<(usize, bool)> = words
            .iter()
            .enumerate()
            .filter_map(|(at, found)| Some((at, word(&found.text)?)))
            .collect();
        let Some(&(at, value)) = mentions.first() else {
            return Ok(None);
        };
        let unclear = || {
            let mut candidates = vec!["true".to_owned(), "false".to_owned()];
            if !mentions.iter().any(|(_, other)| *other != value) {
                candidates = vec![value.to_string()];
            }
            self.ambiguous(expected, node, candidates)
        };
        let hedged = words.iter().any(|word| HEDGES.contains(&word.text.as_str()));
        if hedged || text.contains('?') || mentions.iter().any(|(_, other)| *other != value) {
            return Err(unclear());
        }
        let others = |skip: usize| {
            words.iter().enumerate().any(|(index, word)| index != skip && negates(&word.text))
        };
        let first = words.first().is_some_and(|first| {
            at == 0 && first.chunk.ends_with([',', '.', '!', ';', ':', '*', '—'])
        });
        if first && (!value || !others(0)) {
            return Ok(Some(value));
        }
        let before = |steps: usize| at.checked_sub(steps).and_then(|at| words.get(at));
        let is = before(1).is_some_and(|word| word.text == "is");
        let answer = before(2).is_some_and(|word| {
            matches!(word.text.as_str(), "answer" | "result" | "verdict" | "conclusion")
        });
        let marked = before(1).is_some_and(|word| word.chunk.ends_with([':', '=']));
        // `There is no` says nothing yet, `The claim is false` does.
        let stated = words.len() <= SHORT
            && words.get(at).is_some_and(|word| matches!(word.text.as_str(), "true" | "false"));
        let led = marked || (is && (answer || stated));
        let last = at + 1 == words.len() && mentions.len() == 1 && !others(at);
        if last && led { Ok(Some(value)) } else { Err(unclear()) }
    }
}

fn word(text: &str) -> Option<bool> {
    match composed(text).to_lowercase().as_str() {
        "true" | "yes" => Some(true),
        "false" | "no" => Some(false),
        _ => None,
    }
}
