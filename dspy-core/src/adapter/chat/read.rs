//! Completions as output fields.

use serde_json::Value;

use crate::adapter::answer::{Answer, AnswerError, AnswerErrorKind};
use crate::adapter::sections::{header, split};
use crate::lm::{Completion, FinishReason};
use crate::parse;
use crate::signature::{Field, Fields, SignatureSchema};

/// Reads the outputs from the text of a completion.
pub(super) fn answer(
    schema: &SignatureSchema,
    completion: &Completion,
) -> Result<Answer, Box<AnswerError>> {
    let raw = completion.joined_text();
    let fail = |kind| Err(Box::new(AnswerError::new(kind, raw.clone(), Fields::new())));
    if completion.finish == FinishReason::ContentFilter {
        return fail(AnswerErrorKind::Filtered);
    }
    let text = after_thinking(&raw);
    let cut_off = matches!(completion.finish, FinishReason::Length | FinishReason::ContextWindow);
    if text.trim().is_empty() {
        return fail(if cut_off { AnswerErrorKind::CutOff } else { AnswerErrorKind::Empty });
    }
    let names: Vec<&str> = schema
        .outputs()
        .iter()
        .flat_map(|field| {
            std::iter::once(field.name()).chain(field.aliases().iter().map(String::as_str))
        })
        .collect();
    let (mut sections, mut completed) = split(text, &names);
    if sections.len() < schema.outputs().len() {
        // A header in the middle of a line counts only where the lines alone do not suffice.
        let respelled = headers_on_own_lines(text, &names);
        let (more, closed) = split(&respelled, &names);
        if more.len() > sections.len() {
            (sections, completed) = (more, completed || closed);
        }
    }
    if cut_off && !completed {
        return fail(AnswerErrorKind::CutOff);
    }
    if sections.is_empty() {
        return without_sections(schema, text, &raw);
    }
    let mut reading = Reading::new(schema, &raw);
    for field in schema.outputs() {
        let found = sections.iter().find(|(name, _)| field.answers_to(name));
        reading.text(field, found.map(|(_, text)| text.as_str()));
    }
    reading.finish()
}

/// The text after a leading block of thoughts, also where only its end is marked.
fn after_thinking(text: &str) -> &str {
    let start = text.trim_start();
    for tag in ["think", "thinking"] {
        let end = format!("</{tag}>");
        let opened = start.starts_with(&format!("<{tag}>"));
        if let Some(at) = text.find(&end) {
            let answer = text.get(at + end.len()..).unwrap_or_default();
            if opened || !text.get(..at).unwrap_or_default().contains("[[ ##") {
                return answer;
            }
        }
    }
    text
}

fn headers_on_own_lines(text: &str, names: &[&str]) -> String {
    let mut respelled = text.to_owned();
    for name in names.iter().chain(&["completed"]) {
        let header = header(name);
        respelled = respelled.replace(&header, &format!("\n{header}\n"));
    }
    respelled
}

/// An answer without any header: the value of the only output, or one JSON object of all of them.
fn without_sections(
    schema: &SignatureSchema,
    text: &str,
    raw: &str,
) -> Result<Answer, Box<AnswerError>> {
    let mut reading = Reading::new(schema, raw);
    reading.answer.warnings.push("the answer had no section headers".to_owned());
    let object = parse::parse(text, &object_schema(schema)).ok().map(|parsed| parsed.value);
    if let Some(Value::Object(mut fields)) = object {
        for field in schema.outputs() {
            let found = fields.shift_remove(field.name());
            reading.value(field, found);
        }
        return reading.finish();
    }
    if let [only] = schema.outputs() {
        reading.text(only, Some(text.trim()));
        return reading.finish();
    }
    for field in schema.outputs() {
        reading.text(field, None);
    }
    reading.finish()
}

/// An object whose properties are the outputs, with their types left open.
fn object_schema(schema: &SignatureSchema) -> Value {
    let outputs = schema.outputs().iter();
    let properties: Fields =
        outputs.clone().map(|field| (field.name().to_owned(), Value::Bool(true))).collect();
    let required: Vec<_> = outputs.map(|field| field.name()).collect();
    serde_json::json!({"type": "object", "properties": properties, "required": required})
}

/// Collects fields; the first value that does not fit decides the error, after missing ones.
struct Reading<'a> {
    schema: &'a SignatureSchema,
    raw: &'a str,
    answer: Answer,
    missing: Vec<String>,
    wrong: Option<AnswerErrorKind>,
}

impl<'a> Reading<'a> {
    fn new(schema: &'a SignatureSchema, raw: &'a str) -> Self {
        Self { schema, raw, answer: Answer::default(), missing: Vec::new(), wrong: None }
    }

    fn text(&mut self, field: &Field, text: Option<&str>) {
        match text {
            Some(text) => self.take(field, parse::parse(text, field.schema())),
            None => self.absent(field),
        }
    }

    fn value(&mut self, field: &Field, value: Option<Value>) {
        match value {
            Some(value) => self.take(field, parse::fit(value, field.schema())),
            None => self.absent(field),
        }
    }

    fn take(&mut self, field: &Field, parsed: Result<parse::Parsed, parse::ParseError>) {
        match parsed {
            Ok(parsed) => {
                self.answer.fields.insert(field.name().to_owned(), parsed.value);
                let repairs = parsed.repairs.into_iter();
                self.answer.repairs.extend(repairs.map(|r| (field.name().to_owned(), r)));
            }
            Err(error) => {
                let field = field.name().to_owned();
                self.wrong.get_or_insert(AnswerErrorKind::Value { field, error });
            }
        }
    }

    fn absent(&mut self, field: &Field) {
        let value = match field.default_value() {
            Some(default) => default.clone(),
            None if field.is_nullable() => Value::Null,
            None => return self.missing.push(field.name().to_owned()),
        };
        self.answer.fields.insert(field.name().to_owned(), value);
    }

    fn finish(self) -> Result<Answer, Box<AnswerError>> {
        let kind = if self.missing.is_empty() {
            self.wrong
        } else {
            Some(AnswerErrorKind::Missing { fields: self.missing })
        };
        match kind {
            None => {
                debug_assert_eq!(self.answer.fields.len(), self.schema.outputs().len());
                Ok(self.answer)
            }
            Some(kind) => Err(Box::new(AnswerError::new(kind, self.raw, self.answer.fields))),
        }
    }
}
