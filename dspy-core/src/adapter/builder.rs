//! From what an answer holds for each field to typed fields, or to all that is wrong with it.

use std::borrow::Cow;

use serde_json::Value;

use super::answer::{Answer, AnswerError, AnswerErrorKind};
use super::call::AdapterCall;
use crate::form::{self, DynForm, NativeAnswer, REASONING};
use crate::lm::{Completion, Part};
use crate::parse::{self, ParseError, Parsed};
use crate::signature::{Field, Fields, SignatureSchema};

/// Characters of a schema that an error shows.
const SHOWN: usize = 400;

/// Collects the outputs of one completion, field by field in declaration order, and says in the end
/// either what they are or everything that is wrong with them.
#[derive(Debug)]
pub struct AnswerBuilder<'a> {
    schema: &'a SignatureSchema,
    completion: &'a Completion,
    raw: Cow<'a, str>,
    answer: Answer,
    missing: Vec<String>,
    wrong: Vec<AnswerErrorKind>,
}

impl<'a> AnswerBuilder<'a> {
    /// An answer without any field yet. Tool calls and visible reasoning are taken over.
    pub fn new(call: &AdapterCall<'a>, completion: &'a Completion) -> Self {
        Self {
            schema: call.schema,
            completion,
            raw: text_of(completion),
            answer: Answer {
                tool_calls: completion.tool_calls().cloned().collect(),
                reasoning: completion.reasoning(),
                fields: Fields::with_capacity(call.schema.outputs().len()),
                ..Answer::default()
            },
            missing: Vec::new(),
            wrong: Vec::new(),
        }
    }

    /// Reads a field from a text; `None` where the answer does not have it.
    pub fn text(&mut self, field: &Field, text: Option<&str>) {
        match text {
            Some(text) => self.take(field, from_text(field, text)),
            None => self.absent(field),
        }
    }

    /// Reads a field from a JSON value; `None` where the answer does not have it.
    pub fn value(&mut self, field: &Field, value: Option<Value>) {
        match value {
            Some(value) => self.take(field, from_json(field, value)),
            None => self.absent(field),
        }
    }

    /// Notes what was not as asked.
    pub fn warn(&mut self, warning: impl Into<String>) {
        self.answer.warnings.push(warning.into());
    }

    /// Notes what was repaired in the answer as a whole.
    pub(super) fn repaired(&mut self, repairs: Vec<parse::Repair>) {
        self.answer.repairs.extend(repairs.into_iter().map(|repair| (String::new(), repair)));
    }

    fn take(&mut self, field: &Field, parsed: Result<Parsed, ParseError>) {
        match parsed {
            Ok(parsed) => {
                self.answer.fields.insert(field.name().to_owned(), parsed.value);
                let repairs = parsed.repairs.into_iter();
                self.answer.repairs.extend(repairs.map(|r| (field.name().to_owned(), r)));
            }
            Err(error) => {
                let note = field.note().unwrap_or_default();
                let field = field.name().to_owned();
                let schema = note.chars().take(SHOWN).collect();
                self.wrong.push(AnswerErrorKind::Value { field, error, schema });
            }
        }
    }

    fn absent(&mut self, field: &Field) {
        // What a type takes from elsewhere need not be in the text.
        let native = NativeAnswer::new(field.name(), self.completion);
        if let Some(value) = field.form().and_then(|form| form.native(&native)) {
            self.answer.fields.insert(field.name().to_owned(), value);
            return;
        }
        let value = match field.default_value() {
            Some(default) => default.clone(),
            None if field.is_nullable() => Value::Null,
            None => match self.answer.reasoning.clone() {
                // A model that thinks on its own often leaves the field for its thoughts out.
                Some(thoughts) if is_reasoning(field) => {
                    self.warn("took the model's own reasoning for the field `reasoning`");
                    Value::String(thoughts)
                }
                _ => return self.missing.push(field.name().to_owned()),
            },
        };
        self.answer.fields.insert(field.name().to_owned(), value);
    }

    /// The answer, if it has all outputs and each of them fits.
    ///
    /// # Errors
    /// [`AnswerError`] with everything that is missing or does not fit, and what could be read.
    pub fn finish(mut self) -> Result<Answer, Box<AnswerError>> {
        if !self.missing.is_empty() {
            let fields = std::mem::take(&mut self.missing);
            self.wrong.insert(0, AnswerErrorKind::Missing { fields });
        }
        let mut wrong = self.wrong.into_iter();
        match wrong.next() {
            None => {
                debug_assert_eq!(self.answer.fields.len(), self.schema.outputs().len());
                Ok(self.answer)
            }
            Some(kind) => Err(Box::new(
                AnswerError::new(kind, self.raw, self.answer.fields).with_others(wrong.collect()),
            )),
        }
    }

    /// An error of another kind, with what could be read.
    pub(super) fn fail(self, kind: AnswerErrorKind) -> Box<AnswerError> {
        Box::new(AnswerError::new(kind, self.raw, self.answer.fields))
    }
}

/// Whether a field takes what a model thinks before it answers.
pub(super) fn is_reasoning(field: &Field) -> bool {
    field.marker() == Some(REASONING) || (field.name() == REASONING && field.is_text())
}

/// Reads a field by the form of its type, or by its schema.
fn from_text(field: &Field, text: &str) -> Result<Parsed, ParseError> {
    let Some(form) = field.form() else {
        return with_inner_forms(field, parse::parse(text, field.schema())?);
    };
    let text = text.trim();
    let is_null = ["none", "null"].iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_null && field.is_nullable() {
        return Ok(plain(Value::Null));
    }
    form.parse(text).map(plain).map_err(|message| ParseError::Refused { message })
}

fn from_json(field: &Field, value: Value) -> Result<Parsed, ParseError> {
    match field.form() {
        Some(_) if value.is_null() && field.is_nullable() => Ok(plain(value)),
        Some(form) => {
            form.accept(value).map(plain).map_err(|message| ParseError::Refused { message })
        }
        None => with_inner_forms(field, parse::fit(value, field.schema())?),
    }
}

/// The value with what has a form inside it read by that.
fn with_inner_forms(field: &Field, mut parsed: Parsed) -> Result<Parsed, ParseError> {
    if !field.forms().is_empty() {
        let mut read = |form: &DynForm, value: &Value| form.accept(value.clone());
        parsed.value = form::changed(field.schema(), field.forms(), &parsed.value, &mut read)
            .map_err(|message| ParseError::Refused { message })?;
    }
    Ok(parsed)
}

fn plain(value: Value) -> Parsed {
    Parsed::new(value, Vec::new())
}

/// A completion's text, without a copy where it is one piece.
pub(super) fn text_of(completion: &Completion) -> Cow<'_, str> {
    let mut texts = completion.parts.iter().filter_map(|part| match part {
        Part::Text { text } => Some(text.as_ref()),
        _ => None,
    });
    match (texts.next(), texts.next()) {
        (None, _) => Cow::Borrowed(""),
        (Some(only), None) => Cow::Borrowed(only),
        _ => Cow::Owned(completion.joined_text()),
    }
}
