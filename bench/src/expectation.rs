//! What cases expect, and how often it came out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use dspy::parse::{ParseError, Parsed};
use serde_json::Value;

use crate::lines::Answer;

/// How an answer stands to what its case expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    AsExpected,
    /// A value where another one, or none, is expected: the worst.
    WrongValue,
    /// An error where a value is expected.
    Refused,
    /// The right value, at another level of repair than expected.
    WrongLevel,
}

/// Counts of verdicts by category.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    categories: BTreeMap<String, BTreeMap<Verdict, usize>>,
    faults: Vec<String>,
}

impl Tally {
    /// Counts an answer, if its case says what it expects.
    pub(crate) fn count(&mut self, case: &Answer, result: &Result<Parsed, ParseError>) {
        let expects_error = case.get("expect_error").and_then(Value::as_bool).unwrap_or_default();
        let expected = case.get("expected");
        if !expects_error && expected.is_none() {
            return;
        }
        let level = case.get("level").and_then(Value::as_str);
        let verdict = match (result, expected) {
            (Err(_), None) => Verdict::AsExpected,
            (Err(_), Some(_)) => Verdict::Refused,
            (Ok(parsed), Some(expected)) if same(&parsed.value, expected) => match level {
                Some(level) if level != format!("{:?}", parsed.level) => Verdict::WrongLevel,
                _ => Verdict::AsExpected,
            },
            (Ok(_), _) => Verdict::WrongValue,
        };
        let text = |key| case.get(key).and_then(Value::as_str).unwrap_or("-");
        let category = self.categories.entry(text("category").to_owned()).or_default();
        *category.entry(verdict).or_default() += 1;
        if verdict != Verdict::AsExpected {
            let got = match result {
                Ok(parsed) => format!("{} ({:?})", parsed.value, parsed.level),
                Err(error) => error.to_string(),
            };
            self.faults.push(format!("{verdict:?} {}/{}: {got}", text("category"), text("id")));
        }
    }

    /// Counts by category and in all, and each fault; nothing where no case expects anything.
    pub(crate) fn summary(&self) -> Option<String> {
        if self.categories.is_empty() {
            return None;
        }
        let mut text = String::new();
        for fault in &self.faults {
            let _ = writeln!(text, "{fault}");
        }
        let mut all = BTreeMap::new();
        for (category, counts) in &self.categories {
            let _ = writeln!(text, "{category}: {}", counted(counts));
            for (verdict, count) in counts {
                *all.entry(*verdict).or_default() += count;
            }
        }
        let _ = writeln!(text, "all: {}", counted(&all));
        Some(text)
    }
}

fn counted(counts: &BTreeMap<Verdict, usize>) -> String {
    let of = |verdict| counts.get(&verdict).copied().unwrap_or_default();
    format!(
        "{} of {} as expected, {} wrong values, {} refused, {} at another level",
        of(Verdict::AsExpected),
        counts.values().sum::<usize>(),
        of(Verdict::WrongValue),
        of(Verdict::Refused),
        of(Verdict::WrongLevel),
    )
}

/// Equal as numbers: `85` and `85.0` are the same answer.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right || ((left.is_f64() || right.is_f64()) && left.as_f64() == right.as_f64())
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| same(l, r))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, l)| right.get(key).is_some_and(|r| same(l, r)))
        }
        _ => left == right,
    }
}
