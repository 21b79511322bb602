//! The order of messages, which is the same for every format: the task, demonstrations, past turns,
//! the question; and after a bad answer, what was wrong with it.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::answer::AnswerError;
use super::call::AdapterCall;
use super::outline::{is_history, shown_inputs};
use super::prelude::Prelude;
use super::render::render_field;
use crate::form::{self, DynForm, Target};
use crate::lm::{Message, Part, Request, Role};
use crate::signature::{Demo, Field, Fields, History, SignatureSchema};

const INCOMPLETE: &str = "This demonstration leaves some fields out.";
const PLACEHOLDER: &str = "Not supplied for this demonstration.";

/// What is a format's own about messages.
pub(super) trait Format {
    /// The system message.
    fn system(&self, schema: &SignatureSchema) -> String;

    /// Begins a value in a user turn.
    fn open(&self, out: &mut String, name: &str);

    /// Ends a value in a user turn.
    fn close(&self, _out: &mut String, _name: &str) {}

    /// Text in which nothing reads like a mark of the format.
    fn neutral<'t>(&self, schema: &SignatureSchema, text: &'t str) -> Cow<'t, str>;

    /// An assistant turn of these values. For an output without one stands `absent`, or nothing.
    fn answer(&self, schema: &SignatureSchema, values: &Fields, absent: Option<&str>) -> String;

    /// What closes each question: how to answer.
    fn reminder(&self, schema: &SignatureSchema) -> String;

    /// The line above a demonstration that lacks fields.
    fn incomplete(&self) -> &str {
        INCOMPLETE
    }

    /// What stands for an output that a demonstration lacks.
    fn absent(&self) -> &str {
        PLACEHOLDER
    }

    /// Whether a user turn loses the white space at its ends.
    fn trims(&self) -> bool {
        false
    }
}

/// The system message and the demonstrations, incomplete ones first.
///
/// A demonstration without any input or without any output of the task teaches nothing; it is left
/// out, with a warning. Null is a value, but for what is complete.
pub(super) fn prelude(
    format: &impl Format,
    schema: &SignatureSchema,
    demos: &[Demo],
) -> Result<Prelude, String> {
    let is_media = |field: &&Field| field.forms().iter().any(DynForm::is_media);
    if let Some(field) = schema.outputs().iter().find(is_media) {
        return Err(format!(
            "output field `{}` is {}, and models answer in text; make it an input, or take its \
             address as a text",
            field.name(),
            field.type_name()
        ));
    }
    let mut prelude = Prelude::new([Message::system(format.system(schema))]);
    prelude.reminder = format.reminder(schema).into();
    let mut shown: Vec<&Demo> = Vec::new();
    for (index, demo) in demos.iter().enumerate() {
        let side = |fields: &[Field]| fields.iter().any(|it| demo.fields.contains_key(it.name()));
        if (side(schema.inputs()) || schema.inputs().is_empty()) && side(schema.outputs()) {
            shown.push(demo);
        } else {
            let what = if side(schema.outputs()) { "input" } else { "output" };
            prelude.warnings.push(format!(
                "demonstration {index} is not shown to the model: it has no {what} of the task"
            ));
        }
    }
    // In DSPy's order, for which one without past turns is incomplete where the task has some.
    shown.sort_by_key(|demo| has_all(schema.fields(), &demo.fields));
    for demo in shown {
        let is_complete = has_all(shown_inputs(schema).chain(schema.outputs()), &demo.fields);
        let first = (!is_complete).then_some(format.incomplete());
        let parts = turn(format, schema, &demo.fields, first, "", &Target::default())?;
        let answer = format.answer(schema, &demo.fields, Some(format.absent()));
        prelude.messages.push(Arc::new(Message::new(Role::User, parts)));
        prelude.messages.push(Arc::new(Message::assistant(answer)));
    }
    Ok(prelude)
}

/// The request: the prelude, past turns, and the question.
pub(super) fn request(format: &impl Format, call: &AdapterCall<'_>) -> Result<Request, String> {
    let mut request = Request::default();
    request.messages.reserve(call.prelude.messages.len() + 1);
    request.messages.extend(call.prelude.messages.iter().cloned());
    for field in call.schema.inputs().iter().filter(|field| is_history(field)) {
        if let Some(past) = value(call.inputs, field) {
            let history: History = serde_json::from_value(past.clone()).map_err(|error| {
                format!("input field `{}` is no history: {error}", field.name())
            })?;
            for past in &history.turns {
                push_past(format, call, past, &mut request)?;
            }
        }
    }
    request.messages.push(Arc::new(question(format, call)?));
    Ok(request)
}

/// One past turn as messages; the side that it lacks is left out.
fn push_past(
    format: &impl Format,
    call: &AdapterCall<'_>,
    past: &Fields,
    request: &mut Request,
) -> Result<(), String> {
    let schema = call.schema;
    if shown_inputs(schema).any(|field| past.contains_key(field.name())) {
        // As in the question itself: a provider's cache then knows the turn again.
        let parts = turn(format, schema, past, None, &reminder(format, call), &Target::default())?;
        request.messages.push(Arc::new(Message::new(Role::User, parts)));
    }
    if schema.outputs().iter().any(|field| past.contains_key(field.name())) {
        let answer = format.answer(schema, past, None);
        request.messages.push(Arc::new(Message::assistant(answer)));
    }
    Ok(())
}

/// The user turn that asks: the inputs, feedback on a past answer, and how to answer.
fn question(format: &impl Format, call: &AdapterCall<'_>) -> Result<Message, String> {
    let schema = call.schema;
    let reminder = reminder(format, call);
    let target = Target::new(call.lm.capabilities());
    let Some(feedback) = call.feedback else {
        let parts = turn(format, schema, call.inputs, None, &reminder, &target)?;
        return Ok(Message::new(Role::User, parts));
    };
    let mut parts = turn(format, schema, call.inputs, None, "", &target)?;
    let mut text = String::new();
    for field in schema.outputs() {
        if let Some(past) = feedback.past.get(field.name()) {
            let name = format!("past_{}", field.name());
            push(format, schema, &mut text, &name, &render_field(field, past));
        }
    }
    push(format, schema, &mut text, "feedback", &feedback.message);
    append_text(&mut parts, &text);
    append_text(&mut parts, &reminder);
    Ok(Message::new(Role::User, parts))
}

fn reminder<'a>(format: &impl Format, call: &AdapterCall<'a>) -> Cow<'a, str> {
    match call.prelude.reminder.as_ref() {
        "" => Cow::Owned(format.reminder(call.schema)),
        made => Cow::Borrowed(made),
    }
}

/// The request with the bad answer and everything that is wrong with it.
pub(super) fn follow_up(
    format: &impl Format,
    call: &AdapterCall<'_>,
    request: &Request,
    error: &AnswerError,
) -> Request {
    let mut request = request.clone();
    request.messages.extend(shown_answer(error));
    let problems = error.problem_list();
    let problems = format.neutral(call.schema, &problems);
    let text = correction(&problems, &reminder(format, call));
    request.messages.push(Arc::new(Message::user(text)));
    request
}

/// The bad answer as the model's own turn. An empty one is refused by some providers.
pub(super) fn shown_answer(error: &AnswerError) -> Option<Arc<Message>> {
    let is_empty = error.raw.trim().is_empty();
    (!is_empty).then(|| Arc::new(Message::assistant(error.raw.as_str())))
}

/// The words that ask to mend an answer.
pub(super) fn correction(problems: &str, reminder: &str) -> String {
    let text = format!("That answer cannot be used:{problems}\n\nGive the whole answer again.");
    if reminder.is_empty() { text } else { format!("{text} {reminder}") }
}

/// Input values as the parts of a user turn: text, with media in their places, and `last` after them.
pub(super) fn turn(
    format: &impl Format,
    schema: &SignatureSchema,
    values: &Fields,
    first: Option<&str>,
    last: &str,
    target: &Target,
) -> Result<Vec<Part>, String> {
    let mut parts = Vec::with_capacity(1);
    let mut text = String::with_capacity(room(values) + last.len());
    text.push_str(first.unwrap_or_default());
    // Values mostly come in the order of their fields, and need no search then.
    let mut in_order = values.iter();
    for field in shown_inputs(schema) {
        let value = match in_order.next() {
            Some((name, value)) if name == field.name() => value,
            _ => match values.get(field.name()) {
                Some(value) => value,
                None => continue,
            },
        };
        if field.forms().is_empty() {
            match value {
                Value::String(value) => push(format, schema, &mut text, field.name(), value),
                value => {
                    push(format, schema, &mut text, field.name(), &render_field(field, value));
                }
            }
            continue;
        }
        format.open(&mut text, field.name());
        for part in formed(field, value, target)? {
            match part {
                Part::Text { text: part } => text.push_str(&format.neutral(schema, &part)),
                media => {
                    append_text(&mut parts, &std::mem::take(&mut text));
                    parts.push(media);
                }
            }
        }
        format.close(&mut text, field.name());
    }
    if !last.is_empty() {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(last);
    }
    let text = if format.trims() { text.trim() } else { text.trim_start_matches('\n') };
    append_text(&mut parts, text);
    Ok(parts)
}

/// About how many bytes a turn of these values takes.
fn room(values: &Fields) -> usize {
    const MARKS: usize = 32;
    let text = |value: &Value| value.as_str().map_or(MARKS, str::len);
    values.iter().map(|(name, value)| name.len() + text(value) + MARKS).sum()
}

fn push(format: &impl Format, schema: &SignatureSchema, out: &mut String, name: &str, text: &str) {
    format.open(out, name);
    out.push_str(&format.neutral(schema, text));
    format.close(out, name);
}

/// A value with forms in it as parts.
fn formed(field: &Field, value: &Value, target: &Target) -> Result<Vec<Part>, String> {
    form::pieces(field.schema(), field.forms(), value, target, |value| render_field(field, value))
        .map_err(|error| format!("input field `{}`: {error}", field.name()))
}

/// Appends text to the last part where that is text, so that a plain turn stays one part.
fn append_text(parts: &mut Vec<Part>, text: &str) {
    if text.is_empty() {
        return;
    }
    match parts.last_mut() {
        Some(Part::Text { text: last }) => *last = format!("{last}\n\n{text}").into(),
        _ => parts.push(Part::text(text)),
    }
}

/// A field's value, where it has one.
fn value<'v>(values: &'v Fields, field: &Field) -> Option<&'v Value> {
    values.get(field.name()).filter(|value| !value.is_null())
}

/// What an assistant turn has for a field: its value, or `absent` for want of one, or nothing.
pub(super) fn shown<'v>(
    values: &'v Fields,
    field: &Field,
    absent: Option<&str>,
) -> Option<Cow<'v, Value>> {
    match values.get(field.name()) {
        Some(value) if field.forms().is_empty() => Some(Cow::Borrowed(value)),
        Some(value) => Some(Cow::Owned(in_words(field, value))),
        None => absent.map(|absent| Cow::Owned(Value::from(absent))),
    }
}

/// An output's value with what has a form in it as a model would write it.
fn in_words(field: &Field, value: &Value) -> Value {
    let mut write = |form: &DynForm, value: &Value| {
        // What is written as JSON needs no words of its own.
        if form.answer_schema().get("type").is_none_or(|kind| kind != "string") {
            return Ok(value.clone());
        }
        let parts = form.render(value, &Target::default())?;
        let text: String = parts.iter().filter_map(text_in).collect();
        Ok(Value::from(text))
    };
    // What does not fit its type, such as the placeholder of an incomplete demonstration, stays.
    let written = form::changed(field.schema(), field.forms(), value, &mut write);
    written.unwrap_or_else(|_| value.clone())
}

fn text_in(part: &Part) -> Option<&str> {
    match part {
        Part::Text { text } => Some(text),
        _ => None,
    }
}

/// Whether there is a value, and none is null, for each of the fields.
fn has_all<'f>(mut fields: impl Iterator<Item = &'f Field>, values: &Fields) -> bool {
    fields.all(|field| value(values, field).is_some())
}
