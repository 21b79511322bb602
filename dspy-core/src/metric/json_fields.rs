//! How many fields of a JSON value are right.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::Score;
use super::normalize::normalize_text;
use super::numeric::Tolerance;
use crate::error::{Error, Result};
use crate::wire;

/// Compares values field by field, however deep: the score is the share of right fields among all
/// that either value has. Items of lists are compared by their place.
///
/// ```
/// use dspy::metric::JsonFields;
/// use serde_json::json;
///
/// let expected = json!({"name": "Ada", "born": {"year": 1815, "month": 12}});
/// let score = JsonFields::new().score(&json!({"name": "ada", "born": {"year": 1816}}), &expected)?;
/// assert_eq!(score.value, 0.0);
/// let score = JsonFields::new()
///     .normalized()
///     .tolerance(dspy::metric::Tolerance::absolute(1.0))
///     .score(&json!({"name": "ada", "born": {"year": 1816}}), &expected)?;
/// assert!((score.value - 2.0 / 3.0).abs() < 1e-9);
/// assert_eq!(score.feedback.as_deref(), Some("/born/month: expected 12, got nothing"));
/// # Ok::<(), dspy::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct JsonFields {
    ignored: Vec<String>,
    tolerance: Tolerance,
    normalized: bool,
}

impl JsonFields {
    /// Compares exactly, but that 1 and 1.0 are the same number.
    pub fn new() -> Self {
        Self::default()
    }

    /// Leaves out what stands at this JSON pointer, such as `/id`, and below it.
    #[must_use]
    pub fn ignore(mut self, pointer: impl Into<String>) -> Self {
        self.ignored.push(pointer.into());
        self
    }

    /// Lets numbers be off by so much.
    #[must_use]
    pub fn tolerance(mut self, tolerance: Tolerance) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Compares texts after [`normalize_text`].
    #[must_use]
    pub fn normalized(mut self) -> Self {
        self.normalized = true;
        self
    }

    /// Scores one value; its feedback lists what is wrong. Two values without fields are the same.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a value that has no form in JSON.
    pub fn score(&self, answer: &impl Serialize, reference: &impl Serialize) -> Result<Score> {
        let (given, expected) = (self.leaves(answer)?, self.leaves(reference)?);
        let mut pointers: Vec<&String> = expected.keys().collect();
        pointers.extend(given.keys().filter(|pointer| !expected.contains_key(*pointer)));
        let mut wrong = Vec::new();
        for pointer in &pointers {
            match (expected.get(*pointer), given.get(*pointer)) {
                (Some(expected), Some(given)) if self.equal(given, expected) => {}
                (Some(expected), Some(given)) => {
                    wrong.push(format!("{pointer}: expected {expected}, got {given}"));
                }
                (Some(expected), None) => {
                    wrong.push(format!("{pointer}: expected {expected}, got nothing"));
                }
                (None, given) => wrong.push(format!(
                    "{pointer}: not expected, got {}",
                    given.unwrap_or(&Value::Null)
                )),
            }
        }
        if wrong.is_empty() {
            return Ok(Score::new(1.0).with_feedback("all fields are right"));
        }
        let value = (pointers.len() - wrong.len()) as f64 / pointers.len() as f64;
        Ok(Score::new(value).with_feedback(wrong.join("\n")))
    }

    fn equal(&self, given: &Value, expected: &Value) -> bool {
        match (given, expected) {
            (Value::Number(a), Value::Number(b)) => {
                a == b
                    || a.as_f64().zip(b.as_f64()).is_some_and(|(a, b)| self.tolerance.allows(a, b))
            }
            (Value::String(a), Value::String(b)) if self.normalized => {
                normalize_text(a) == normalize_text(b)
            }
            _ => given == expected,
        }
    }

    /// The values that hold no others, by JSON pointer.
    fn leaves(&self, value: &impl Serialize) -> Result<BTreeMap<String, Value>> {
        let value = wire::to_value(value)
            .map_err(|error| Error::Invalid(format!("a value to compare is no JSON: {error}")))?;
        let mut leaves = BTreeMap::new();
        self.collect(String::new(), value, &mut leaves);
        Ok(leaves)
    }

    fn collect(&self, pointer: String, value: Value, leaves: &mut BTreeMap<String, Value>) {
        if self.ignored.contains(&pointer) {
            return;
        }
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                for (name, value) in fields {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    self.collect(format!("{pointer}/{name}"), value, leaves);
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for (place, value) in items.into_iter().enumerate() {
                    self.collect(format!("{pointer}/{place}"), value, leaves);
                }
            }
            leaf => drop(leaves.insert(pointer, leaf)),
        }
    }
}
