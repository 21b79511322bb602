//! What a predictor is told about an answer it gave before.

use crate::signature::Fields;

/// A past answer of a predictor and what was wrong with it, shown to it in a later run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Feedback {
    /// The predictor's path.
    pub path: String,
    /// The inputs of the call that is judged; a call with other inputs does not see the feedback.
    pub inputs: Fields,
    /// The outputs it gave.
    pub past: Fields,
    /// What was wrong with them.
    pub message: String,
}

impl Feedback {
    /// Feedback on one recorded answer.
    pub fn on(record: &super::CallRecord, message: impl Into<String>) -> Self {
        Self {
            path: record.path.clone(),
            inputs: record.inputs.clone(),
            past: record.outputs.clone().unwrap_or_default(),
            message: message.into(),
        }
    }

    /// The same feedback, or one on no answer in particular, with a hint after it.
    pub(crate) fn hinted(given: Option<&Self>, path: &str, inputs: &Fields, hint: &str) -> Self {
        let message = match given {
            Some(given) => format!("{}\n\n{hint}", given.message),
            None => hint.to_owned(),
        };
        match given {
            Some(given) => Self { message, ..given.clone() },
            None => {
                Self { path: path.to_owned(), inputs: inputs.clone(), past: Fields::new(), message }
            }
        }
    }
}
