//! The output that holds a model's reasoning, and where it comes from.

use serde_json::Value;

use crate::signature::{Field, Fields, SignatureSchema};

/// What [`Reasoned`](crate::signature::Reasoned) calls the rationale, and with it the default name.
pub(super) const REASONING: &str = "reasoning";

/// Where a chain of thought takes its reasoning from.
///
/// A model's own reasoning costs tokens that are billed like the answer's, and nobody can give
/// demonstrations of it. Where it is used, the field for the reasoning is left out of the prompt,
/// and what the model shows of its thoughts stands in the output instead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasoningSource {
    /// From the model itself where it [can](crate::lm::Capabilities::reasoning) reason and is set
    /// to: where the predictor has a `reasoning_effort` other than `none`. From a field otherwise,
    /// since a model that could reason may do so silently, or not at all.
    #[default]
    Auto,
    /// From a field that the model writes before the others.
    Field,
    /// From the model itself where it can reason, with a `reasoning_effort` of `low` unless one is
    /// set; from a field where it cannot. A model that hides its thoughts gives an empty text and a
    /// warning.
    Native,
}

#[derive(Clone, Debug)]
pub(super) struct Rationale {
    pub(super) name: String,
    pub(super) source: ReasoningSource,
}

impl Rationale {
    pub(super) fn new(field: &Field) -> Self {
        Self { name: field.name().to_owned(), source: ReasoningSource::default() }
    }

    /// Whether the task leaves the name to the rationale.
    ///
    /// # Errors
    /// What is wrong and how to mend it.
    pub(super) fn check(&self, schema: &SignatureSchema) -> Result<(), String> {
        let name = &self.name;
        if schema.fields().filter(|field| field.answers_to(name)).count() > 1 {
            return Err(format!(
                "the task has a field `{name}` of its own: give the rationale another name"
            ));
        }
        match schema.field(name) {
            Some(field) if !field.is_text() => Err(format!(
                "the rationale `{name}` must be text, not {}: declare it as \
                 `Field::of::<String>(\"{name}\")`",
                field.type_name()
            )),
            _ => Ok(()),
        }
    }
}

/// The fields with the rationale under the name that `Reasoned` gives it.
///
/// # Errors
/// The task has an output of that name.
pub(super) fn as_reasoning(fields: &Value, name: &str) -> Result<Value, String> {
    let Some(fields) = fields.as_object() else { return Ok(fields.clone()) };
    if fields.contains_key(REASONING) {
        return Err(format!(
            "the signature has an output `{REASONING}` of its own, which a chain of thought cannot \
             tell from the rationale: rename it"
        ));
    }
    let renamed = |(key, value): (&String, &Value)| {
        let key = if key == name { REASONING } else { key };
        (key.to_owned(), value.clone())
    };
    Ok(Value::Object(fields.iter().map(renamed).collect::<Fields>()))
}
