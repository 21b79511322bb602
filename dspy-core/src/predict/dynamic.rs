//! Predictors for tasks that are known at run time only: fields in, fields out.

use std::sync::Arc;

use dspy_grammar::nearest;
use serde_json::Value;

use super::chain_of_thought::{reasoning, reasoning_first};
use super::prediction::Prediction;
use super::predictor::Predictor;
use super::rationale::ReasoningSource;
use super::settings::settings_by_value;
use crate::error::Result;
use crate::lm::Lm;
use crate::module::Module;
use crate::signature::{Demo, Field, Fields, IntoInput, SignatureError, SignatureSchema};

impl Predictor {
    /// A predictor with an output `reasoning` before the others, as
    /// [`ChainOfThought`](super::ChainOfThought) has it.
    ///
    /// # Errors
    /// [`SignatureError::Taken`] where the task has a field `reasoning` of its own.
    pub fn chain_of_thought(
        schema: impl Into<Arc<SignatureSchema>>,
    ) -> std::result::Result<Self, SignatureError> {
        Self::chain_of_thought_with(schema, reasoning())
    }

    /// The same with another field for the reasoning.
    ///
    /// # Errors
    /// [`SignatureError::Taken`] where the task has a field of that name.
    pub fn chain_of_thought_with(
        schema: impl Into<Arc<SignatureSchema>>,
        rationale: Field,
    ) -> std::result::Result<Self, SignatureError> {
        let schema = Arc::unwrap_or_clone(schema.into());
        if schema.fields().any(|field| field.answers_to(rationale.name())) {
            return Err(SignatureError::Taken { name: rationale.name().to_owned() });
        }
        Ok(reasoning_first(schema, rationale))
    }

    /// The same chain of thought with its reasoning from elsewhere; a predictor that has none is
    /// left as it is.
    #[must_use]
    pub fn with_reasoning(mut self, source: ReasoningSource) -> Self {
        self.set_reasoning(source);
        self
    }

    settings_by_value!();

    /// The same predictor with these demonstrations. To have them checked against the signature,
    /// set them with [`set_demos`](crate::module::set_demos).
    #[must_use]
    pub fn with_demos(mut self, demos: impl IntoIterator<Item = Demo>) -> Self {
        self.set_demos(demos.into_iter().collect());
        self
    }

    /// The exact messages that a call with this input would send, as a person reads them.
    ///
    /// # Errors
    /// As a call, short of calling the model.
    pub fn explain<Via>(&self, input: impl IntoInput<Fields, Via>) -> Result<String> {
        self.transcript(&self.checked(input.into_input())?)
    }

    /// The inputs in the order of the task, under their own names, with defaults filled in.
    fn checked(&self, mut given: Fields) -> Result<Fields> {
        let inputs = self.declared().inputs();
        let mut fields = Fields::new();
        let mut wrong = Vec::new();
        for field in inputs {
            match take(field, &mut given) {
                Ok(Some(value)) => match field.check(&value) {
                    Ok(()) => drop(fields.insert(field.name().to_owned(), value)),
                    Err(message) => wrong.push(format!("`{}`: {message}", field.name())),
                },
                Ok(None) => wrong.push(format!("`{}` is missing", field.name())),
                Err(message) => wrong.push(message),
            }
        }
        for name in given.keys() {
            let known: Vec<_> = inputs.iter().map(Field::name).collect();
            wrong.push(match nearest(name, &known) {
                Some(meant) => format!("there is no input `{name}`: did you mean `{meant}`?"),
                None => format!("there is no input `{name}`"),
            });
        }
        if wrong.is_empty() {
            return Ok(fields);
        }
        let takes: Vec<_> =
            inputs.iter().map(|f| format!("{}: {}", f.name(), f.type_name())).collect();
        Err(self.prompt_error(format!(
            "the input does not fit the task, which takes ({}): {}",
            takes.join(", "),
            wrong.join("; ")
        )))
    }
}

/// Takes a field's value, under any of its names, or what stands in for it.
fn take(field: &Field, given: &mut Fields) -> std::result::Result<Option<Value>, String> {
    let aliases = field.aliases().iter().map(String::as_str);
    let mut found: Option<(&str, Value)> = None;
    for name in std::iter::once(field.name()).chain(aliases) {
        let Some(value) = given.shift_remove(name) else { continue };
        if let Some((other, _)) = &found {
            return Err(format!("`{other}` and `{name}` are the same input: give one of them"));
        }
        found = Some((name, value));
    }
    let stand_in = || field.default_value().cloned();
    let value = found.map(|(_, value)| value).or_else(stand_in);
    Ok(value.or_else(|| field.is_nullable().then_some(Value::Null)))
}

impl Module for Predictor {
    type Input = Fields;
    type Output = Fields;

    /// # Errors
    /// [`Error::Prompt`](crate::error::Error::Prompt) where the input does not fit the task: all
    /// that is missing, unknown or of the wrong type.
    async fn invoke(&self, input: Fields) -> Result<Prediction<Fields>> {
        // Rules are Rust expressions: a task that is known at run time only has none.
        self.predict(&self.checked(input)?, |_| Vec::new()).await
    }
}
