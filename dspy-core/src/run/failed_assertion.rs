//! Assertions that fail for good.

use std::fmt;

use crate::signature::{BrokenRule, Fields};

/// A hard assertion that the last answer breaks, too.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FailedAssertion {
    /// What does not hold, and what the model was told of it.
    pub broken: BrokenRule,
    /// How many answers were tried, the first one included.
    pub attempts: u32,
    /// The outputs of the last one.
    pub last: Fields,
}

impl FailedAssertion {
    pub(crate) fn new(broken: BrokenRule, attempts: u32, last: Fields) -> Self {
        Self { broken, attempts, last }
    }
}

impl fmt::Display for FailedAssertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { broken, attempts, last } = self;
        let answers = if *attempts == 1 { "answer" } else { "answers" };
        write!(f, "an assertion failed after {attempts} {answers}: {broken}")?;
        if last.is_empty() {
            return Ok(());
        }
        const LIMIT: usize = 500;
        let text = serde_json::Value::Object(last.clone()).to_string();
        match text.char_indices().nth(LIMIT) {
            None => write!(f, "\n--- the last answer ---\n{text}"),
            Some((end, _)) => {
                let shown = text.get(..end).unwrap_or_default();
                write!(f, "\n--- the last answer ---\n{shown}…")
            }
        }
    }
}
