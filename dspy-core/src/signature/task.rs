//! A signature at run time.

use crate::form::Inputs;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Fields;
use super::demo::Demo;
use super::field::Field;

/// What a predictor's task is: instructions, inputs and outputs, in order.
///
/// A derived signature and one built at run time have the same schema type.
///
/// ```
/// use dspy::{Field, SignatureSchema};
///
/// let schema = SignatureSchema::new("Qa", [Field::of::<String>("question")], [
///     Field::of::<String>("answer"),
/// ]);
/// assert_eq!(schema.instructions(), "Given the fields `question`, produce the fields `answer`.");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct SignatureSchema {
    pub(super) name: String,
    pub(super) instructions: String,
    pub(super) inputs: Vec<Field>,
    pub(super) outputs: Vec<Field>,
}

impl SignatureSchema {
    /// A task with these fields and an instruction that names them.
    pub fn new(
        name: impl Into<String>,
        inputs: impl IntoIterator<Item = Field>,
        outputs: impl IntoIterator<Item = Field>,
    ) -> Self {
        let inputs: Vec<_> = inputs.into_iter().collect();
        let outputs: Vec<_> = outputs.into_iter().collect();
        let instructions = generated_instructions(&inputs, &outputs);
        Self { name: name.into(), instructions, inputs, outputs }
    }

    /// The same task with other instructions; blank ones leave it as it is.
    #[must_use]
    pub fn with_instructions(mut self, instructions: impl Into<String>) -> Self {
        let instructions = instructions.into();
        if !instructions.trim().is_empty() {
            self.instructions = instructions;
        }
        self
    }

    /// The same task with one more output before the others.
    #[must_use]
    pub fn with_first_output(mut self, field: Field) -> Self {
        self.outputs.insert(0, field);
        self
    }

    /// The same task with other field descriptions; names that it does not have are ignored.
    #[must_use]
    pub fn with_descs(mut self, descs: &BTreeMap<String, String>) -> Self {
        for field in self.inputs.iter_mut().chain(&mut self.outputs) {
            if let Some(desc) = descs.get(field.name()) {
                field.set_desc(desc.clone());
            }
        }
        self
    }

    /// The signature's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the model is told to do.
    pub fn instructions(&self) -> &str {
        &self.instructions
    }

    /// These values of the inputs, for checks of what is answered.
    pub(crate) fn given<'a>(&'a self, values: &'a Fields) -> Inputs<'a> {
        Inputs::new(
            self.inputs.iter().filter_map(|field| {
                Some((field.schema(), field.forms(), values.get(field.name())?))
            }),
        )
    }

    /// The inputs, in order.
    pub fn inputs(&self) -> &[Field] {
        &self.inputs
    }

    /// The outputs, in order.
    pub fn outputs(&self) -> &[Field] {
        &self.outputs
    }

    /// All fields, inputs first.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.inputs.iter().chain(&self.outputs)
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields().find(|field| field.name() == name)
    }

    /// The part of a labelled row that concerns this task, as a demonstration.
    ///
    /// Values must fit their field's schema exactly; a row without any output of the task, or
    /// without any input, teaches nothing and gives `None`.
    ///
    /// # Errors
    /// Names the field whose value does not fit.
    pub fn demo_from(&self, row: &Fields) -> Result<Option<Demo>, FieldMismatch> {
        let take = |fields: &[Field], into: &mut Fields| -> Result<bool, FieldMismatch> {
            let mut any = false;
            for field in fields {
                let Some(value) = row.get(field.name()).filter(|value| !value.is_null()) else {
                    continue;
                };
                field
                    .check(value)
                    .map_err(|message| FieldMismatch { field: field.name().to_owned(), message })?;
                into.insert(field.name().to_owned(), value.clone());
                any = true;
            }
            Ok(any)
        };
        let mut fields = Fields::new();
        let has_input = take(&self.inputs, &mut fields)?;
        let has_output = take(&self.outputs, &mut fields)?;
        Ok((has_input && has_output).then(|| Demo::new(fields)))
    }

    /// Names, types and roles as JSON: what makes two tasks the same task, whatever their words.
    pub fn shape(&self) -> Value {
        let list = |fields: &[Field]| -> Value {
            fields
                .iter()
                .map(|field| json!({"name": field.name(), "schema": field.schema()}))
                .collect()
        };
        json!({"name": self.name, "inputs": list(&self.inputs), "outputs": list(&self.outputs)})
    }
}

/// A value that does not fit the field it was given for.
#[derive(Clone, Debug, thiserror::Error)]
#[error("field `{field}`: {message}")]
pub struct FieldMismatch {
    /// The field.
    pub field: String,
    /// What was expected and what was found.
    pub message: String,
}

/// What a signature says that was given no instructions.
pub(super) fn generated_instructions(inputs: &[Field], outputs: &[Field]) -> String {
    let outputs = quoted_names(outputs);
    if inputs.is_empty() {
        return format!("Produce the fields {outputs}.");
    }
    format!("Given the fields {}, produce the fields {outputs}.", quoted_names(inputs))
}

fn quoted_names(fields: &[Field]) -> String {
    let names: Vec<_> = fields.iter().map(|field| format!("`{}`", field.name())).collect();
    names.join(", ")
}
