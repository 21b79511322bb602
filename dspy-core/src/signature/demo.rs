//! Demonstrations: worked examples shown to a model.

use serde::{Deserialize, Serialize};

use super::Fields;
use super::task::SignatureSchema;

/// A worked example of a task: some or all of its inputs and outputs.
///
/// As JSON it is the map of its fields, with `"augmented": true` beside them where a program
/// produced it; that is also how Python DSPy writes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Demo {
    /// Whether a program's run produced it, rather than a person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub augmented: bool,
    /// The values by field name.
    #[serde(flatten)]
    pub fields: Fields,
}

impl Demo {
    /// A demonstration written by a person.
    pub fn new(fields: Fields) -> Self {
        Self { augmented: false, fields }
    }

    /// A demonstration taken from a program's run.
    pub fn augmented(fields: Fields) -> Self {
        Self { augmented: true, fields }
    }

    /// Whether every field of the task has a value.
    pub fn is_complete(&self, schema: &SignatureSchema) -> bool {
        schema.fields().all(|field| self.fields.get(field.name()).is_some_and(|v| !v.is_null()))
    }
}
