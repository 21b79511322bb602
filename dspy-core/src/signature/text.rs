//! Signatures, fields and types from text.

use std::str::FromStr;

use dspy_grammar::{Fault, Parsed, TaskField, Type, TypeKind, meant_type};
use serde_json::Value;

use super::error::SignatureError;
use super::field::Field;
use super::task::SignatureSchema;
use crate::schema::of_text;

/// The name of a signature that was given none, as in DSPy.
pub(crate) const UNNAMED: &str = "StringSignature";

impl SignatureSchema {
    /// Reads a signature such as `context: list[str], question -> answer: float`.
    ///
    /// Fields stand between commas, inputs before `->`, outputs after it. A field is a name, or a
    /// name, `:` and a type; without a type it is text. Types are those of Rust (`String`, `i64`,
    /// `Option<f32>`, `Vec<…>`, `HashMap<…>`, tuples, arrays) and those of Python (`str`, `int`,
    /// `float`, `list[…]`, `dict[…]`, `Optional[…]`, `… | None`, `Literal['a', 'b']`, `Any`),
    /// nested freely. A type of your own has a JSON Schema: see [`Field::with_schema`].
    ///
    /// It is the grammar of `signature!`, which makes typed signatures of the same texts.
    ///
    /// # Errors
    /// [`SignatureError::Text`]: all mistakes, each with its place and what to do.
    ///
    /// ```
    /// use dspy::SignatureSchema;
    ///
    /// let schema = SignatureSchema::parse("passages: list[str], question -> answer: float")?;
    /// assert_eq!(schema.outputs()[0].type_name(), "number");
    ///
    /// let error = SignatureSchema::parse("question -> answer: flaot").unwrap_err();
    /// assert_eq!(error.to_string(), "\
    /// there is no type `flaot`: did you mean `float`?
    ///   | question -> answer: flaot
    ///   |                     ^^^^^");
    /// # Ok::<(), dspy::signature::SignatureError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let Parsed { value: task, mut faults } = dspy_grammar::parse(text);
        for field in task.inputs.iter().chain(&task.outputs) {
            refuse_own_types(&field.ty, &mut faults);
        }
        let task = finish(text, Some(task), faults)?;
        let fields = |fields: Vec<TaskField>| fields.into_iter().map(field_of).collect::<Vec<_>>();
        Ok(Self::new(UNNAMED, fields(task.inputs), fields(task.outputs)))
    }
}

impl FromStr for SignatureSchema {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, SignatureError> {
        Self::parse(text)
    }
}

impl Field {
    /// Reads a field such as `answer` or `passages: list[str]`, spelled as in a signature's text.
    ///
    /// # Errors
    /// [`SignatureError::Text`]: all mistakes, each with its place and what to do.
    ///
    /// ```
    /// let field = dspy::Field::parse("score: Optional[float]")?.with_desc("From 0 to 1.");
    /// assert!(field.is_nullable());
    /// # Ok::<(), dspy::signature::SignatureError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let Parsed { value, mut faults } = dspy_grammar::parse_field(text);
        if let Some(field) = &value {
            refuse_own_types(&field.ty, &mut faults);
        }
        finish(text, value, faults).map(field_of)
    }
}

/// The JSON Schema of a type, spelled as in a signature's text.
pub(super) fn schema_of_type(text: &str) -> Result<Value, SignatureError> {
    let Parsed { value, mut faults } = dspy_grammar::parse_type(text);
    if let Some(ty) = &value {
        refuse_own_types(ty, &mut faults);
    }
    finish(text, value, faults).map(|ty| of_text(&ty))
}

fn field_of(field: TaskField) -> Field {
    Field::with_schema(field.name, of_text(&field.ty))
}

/// What was read, or all that is wrong with the text.
fn finish<T>(text: &str, value: Option<T>, mut faults: Vec<Fault>) -> Result<T, SignatureError> {
    match value {
        Some(value) if faults.is_empty() => Ok(value),
        _ => {
            faults.sort_by_key(|fault| (fault.span.start, fault.span.end));
            Err(SignatureError::Text { text: text.to_owned(), faults })
        }
    }
}

/// Reports types that only a compiler could know.
fn refuse_own_types(ty: &Type, faults: &mut Vec<Fault>) {
    if let TypeKind::Path { segments, .. } = &ty.kind {
        let is_told = |fault: &Fault| {
            fault.span.start < ty.span.end
                && ty.span.start < fault.span.end.max(fault.span.start + 1)
        };
        if !faults.iter().any(is_told) {
            let name = segments.last().map_or("", |segment| segment.name.as_str());
            let advice = match meant_type(name) {
                Some(meant) => format!("did you mean `{meant}`? A type"),
                None => "a type".to_owned(),
            };
            faults.push(Fault {
                span: ty.span.clone(),
                message: format!(
                    "there is no standard type `{name}`: {advice} of your own is known to \
                     `signature!` alone; at run time, give its JSON Schema to `Field::with_schema`"
                ),
            });
        }
    }
    for inner in ty.inner() {
        refuse_own_types(inner, faults);
    }
}
