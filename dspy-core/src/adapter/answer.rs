//! What is read from a completion, or why nothing could be.

use crate::parse::{ParseError, Repair};
use crate::signature::{BrokenRule, Fields};

/// The outputs read from a completion.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The values by output field, in declaration order.
    pub fields: Fields,
    /// What had to be repaired, by field.
    pub repairs: Vec<(String, Repair)>,
    /// What else was not as asked, in words.
    pub warnings: Vec<String>,
}

/// An answer that does not fit the signature.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{kind}\n--- the model answered ---\n{}", excerpt(.raw))]
#[non_exhaustive]
pub struct AnswerError {
    /// What is wrong with it.
    pub kind: AnswerErrorKind,
    /// The whole text of the answer.
    pub raw: String,
    /// The fields that could be read.
    pub partial: Fields,
}

impl AnswerError {
    /// An error about this text.
    pub fn new(kind: AnswerErrorKind, raw: impl Into<String>, partial: Fields) -> Self {
        Self { kind, raw: raw.into(), partial }
    }
}

/// What is wrong with an answer.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerErrorKind {
    /// There is no text at all.
    #[error("the model's answer is empty")]
    Empty,
    /// The answer was cut off.
    #[error("the model's answer was cut off at its token limit; raise `max_tokens`")]
    CutOff,
    /// The provider stopped the answer.
    #[error("the model refused, or its provider's filter stopped the answer")]
    Filtered,
    /// Some output fields are missing.
    #[error("the answer lacks the output field{s} {names}", s = if .fields.len() == 1 { "" } else { "s" }, names = quoted(.fields))]
    Missing {
        /// Their names.
        fields: Vec<String>,
    },
    /// A field's value does not fit its type.
    #[error("output field `{field}`: {error}")]
    Value {
        /// The field.
        field: String,
        /// What was expected and what was found.
        error: ParseError,
    },
    /// The values fit their schemas and yet not the Rust type.
    #[error("the outputs do not fit the Rust type: {message}")]
    Type {
        /// What serde said.
        message: String,
    },
    /// The outputs break a rule that the signature asserts.
    #[error("the outputs break {what}: {rules}", what = if .broken.len() == 1 { "an assertion" } else { "assertions" }, rules = listed(.broken))]
    Asserted {
        /// The rules, in the order the signature has them.
        broken: Vec<BrokenRule>,
    },
}

fn listed(broken: &[BrokenRule]) -> String {
    broken.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn excerpt(text: &str) -> String {
    const LIMIT: usize = 2000;
    match text.char_indices().nth(LIMIT) {
        None => text.to_owned(),
        Some((end, _)) => format!(
            "{}… ({} more bytes)",
            text.get(..end).unwrap_or_default(),
            text.len().saturating_sub(end)
        ),
    }
}
