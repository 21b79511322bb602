//! What is read from a completion, or why nothing could be.

use std::fmt::Write as _;

use crate::lm::{LmError, ToolCall};
use crate::parse::{ParseError, Repair};
use crate::signature::{BrokenRule, Fields};

/// The outputs read from a completion.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The values by output field, in declaration order.
    pub fields: Fields,
    /// What had to be repaired, by field; under an empty name what concerns the whole answer.
    pub repairs: Vec<(String, Repair)>,
    /// What else was not as asked, in words.
    pub warnings: Vec<String>,
    /// The tools the model asked for.
    pub tool_calls: Vec<ToolCall>,
    /// What the model thought before it answered, where its provider shows that.
    pub reasoning: Option<String>,
}

/// An answer that does not fit the signature.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}\n--- the model answered ---\n{}", self.summary(), excerpt(.raw))]
#[non_exhaustive]
pub struct AnswerError {
    /// What is wrong with it, above all.
    pub kind: AnswerErrorKind,
    /// What else is wrong with it.
    pub others: Vec<AnswerErrorKind>,
    /// The whole text of the answer.
    pub raw: String,
    /// The fields that could be read.
    pub partial: Fields,
}

impl AnswerError {
    /// An error about this text.
    pub fn new(kind: AnswerErrorKind, raw: impl Into<String>, partial: Fields) -> Self {
        Self { kind, others: Vec::new(), raw: raw.into(), partial }
    }

    /// The same error with more that is wrong.
    #[must_use]
    pub fn with_others(mut self, others: Vec<AnswerErrorKind>) -> Self {
        self.others = others;
        self
    }

    /// Everything that is wrong with the answer.
    pub fn problems(&self) -> impl Iterator<Item = &AnswerErrorKind> {
        std::iter::once(&self.kind).chain(&self.others)
    }

    fn summary(&self) -> String {
        let all: Vec<String> = self.problems().map(ToString::to_string).collect();
        all.join("\n")
    }

    /// Everything that is wrong, a line each, with what each field must be.
    pub(super) fn problem_list(&self) -> String {
        let mut list = String::new();
        for problem in self.problems() {
            let _ = write!(list, "\n- {problem}");
            if let AnswerErrorKind::Value { schema, .. } = problem
                && !schema.is_empty()
            {
                let _ = write!(list, " (it must be {schema})");
            }
        }
        list
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
        /// What the field's schema asks for in the prompt's words, shortened; empty for plain text.
        schema: String,
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
    /// A second model, asked to read the answer, could not be called.
    #[error("the model `{model}`, which reads the fields out of the answer, failed: {error}")]
    Reader {
        /// The second model.
        model: String,
        /// What it reported.
        error: Box<LmError>,
    },
    /// A second model read the answer, and what it gave cannot be used.
    #[error("what `{model}` read out of the answer cannot be used: {problem}")]
    Reading {
        /// The second model.
        model: String,
        /// What is wrong with it.
        problem: Box<AnswerErrorKind>,
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
