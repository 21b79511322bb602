//! Tasks, demonstrations and questions as messages.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;

use crate::adapter::answer::AnswerError;
use crate::adapter::call::AdapterCall;
use crate::adapter::render::render_value;
use crate::adapter::sections::{COMPLETED, header, push, push_escaped};
use crate::lm::{Media, Message, Part, Role};
use crate::schema;
use crate::signature::{Demo, Field, Fields, SignatureSchema};

const INCOMPLETE: &str = "This demonstration leaves some fields out.";
const PLACEHOLDER: &str = "Not supplied for this demonstration.";

/// The system message and the demonstrations, incomplete ones first.
pub(super) fn prelude(
    schema: &SignatureSchema,
    demos: &[Demo],
) -> Result<Vec<Arc<Message>>, String> {
    let mut messages = vec![Arc::new(Message::system(system(schema)))];
    let (complete, incomplete): (Vec<_>, Vec<_>) =
        demos.iter().partition(|demo| demo.is_complete(schema));
    for demo in incomplete {
        messages.push(Arc::new(Message::new(
            Role::User,
            turn(schema.inputs(), &demo.fields, Some(INCOMPLETE))?,
        )));
        messages.push(Arc::new(Message::assistant(demo_answer(schema, demo))));
    }
    for demo in complete {
        messages
            .push(Arc::new(Message::new(Role::User, turn(schema.inputs(), &demo.fields, None)?)));
        messages.push(Arc::new(Message::assistant(demo_answer(schema, demo))));
    }
    Ok(messages)
}

/// The user turn that asks: the inputs, feedback on a past answer, and how to answer.
pub(super) fn question(call: &AdapterCall<'_>) -> Result<Message, String> {
    let schema = call.schema;
    let mut parts = turn(schema.inputs(), call.inputs, None)?;
    let mut tail = String::new();
    if let Some(feedback) = call.feedback {
        for field in schema.outputs() {
            if let Some(value) = feedback.past.get(field.name()) {
                push(&mut tail, &format!("past_{}", field.name()), &render_value(value));
            }
        }
        push(&mut tail, "feedback", &feedback.message);
    }
    if !tail.is_empty() {
        tail.push_str("\n\n");
    }
    tail.push_str(&reminder(schema));
    append_text(&mut parts, &tail);
    Ok(Message::new(Role::User, parts))
}

/// The user turn that asks to mend an answer.
pub(super) fn correction(schema: &SignatureSchema, error: &AnswerError) -> Message {
    let mut problem = String::new();
    push_escaped(&mut problem, &error.kind.to_string());
    Message::user(format!(
        "That answer cannot be used: {problem}.\nGive the whole answer again. {}",
        reminder(schema)
    ))
}

fn system(schema: &SignatureSchema) -> String {
    let mut text = String::from("These are the input fields:\n");
    push_field_list(&mut text, schema.inputs());
    text.push_str("These are the output fields:\n");
    push_field_list(&mut text, schema.outputs());
    text.push_str("\nQuestions and answers are laid out like this, each value under its header:");
    for field in schema.inputs() {
        let _ = write!(text, "\n\n{}\n{{{}}}", header(field.name()), field.name());
    }
    for field in schema.outputs() {
        let _ = write!(text, "\n\n{}\n{{{}}}", header(field.name()), field.name());
        if let Some(note) = schema::note(field.schema(), field.schema()) {
            let _ = write!(text, "        # note: {note}");
        }
    }
    let _ = write!(text, "\n\n{}\n\nWhat you have to do:", header(COMPLETED));
    for line in schema.instructions().lines() {
        let _ = write!(text, "\n        {line}");
    }
    text
}

fn push_field_list(text: &mut String, fields: &[Field]) {
    for (index, field) in fields.iter().enumerate() {
        let _ = write!(text, "{}. `{}` ({})", index + 1, field.name(), field.type_name());
        if !field.desc().is_empty() {
            // A description of several lines stays inside its list item.
            let _ = write!(text, ": {}", field.desc().replace('\n', "\n   "));
        }
        text.push('\n');
        let resolved = schema::resolve(field.schema(), field.schema());
        if let Some(bounds) = schema::bounds_text(resolved) {
            let _ = writeln!(text, "   Constraints: {bounds}");
        }
        push_examples(text, field);
        for choice in schema::options(field.schema(), resolved) {
            if let Some(description) = choice.description {
                let description = description.replace('\n', " ");
                let _ = writeln!(text, "   - `{}`: {description}", render_value(&choice.value));
            }
        }
    }
}

/// Examples on one line, but for the line breaks inside of them.
fn push_examples(text: &mut String, field: &Field) {
    let examples: Vec<_> = field.examples().iter().map(render_value).collect();
    if !examples.is_empty() {
        let line = format!("   Examples: {}", examples.join("; ").replace('\n', "\n   "));
        push_escaped(text, &line);
        text.push('\n');
    }
}

/// Input values as the parts of a user turn: text, with media in their places.
fn turn(fields: &[Field], values: &Fields, first: Option<&str>) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut text = first.unwrap_or_default().to_owned();
    for field in fields {
        let Some(value) = values.get(field.name()) else { continue };
        match schema::marker(field.schema()) {
            Some(kind @ ("image" | "audio" | "file")) if !value.is_null() => {
                push(&mut text, field.name(), "");
                parts.push(Part::text(std::mem::take(&mut text)));
                parts.push(media_part(kind, field.name(), value)?);
            }
            _ => push(&mut text, field.name(), &render_value(value)),
        }
    }
    if !text.is_empty() {
        append_text(&mut parts, &text);
    }
    Ok(parts)
}

fn media_part(kind: &str, field: &str, value: &Value) -> Result<Part, String> {
    let media: Media = serde_json::from_value(value.clone())
        .map_err(|error| format!("input field `{field}` is no {kind}: {error}"))?;
    Ok(match kind {
        "image" => Part::Image { media },
        "audio" => Part::Audio { media },
        _ => Part::File { media },
    })
}

/// Appends text to the last part where that is text, so that a plain turn stays one part.
fn append_text(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        Some(Part::Text { text: last }) => *last = format!("{last}\n\n{text}").into(),
        _ => parts.push(Part::text(text)),
    }
}

fn demo_answer(schema: &SignatureSchema, demo: &Demo) -> String {
    let mut text = String::new();
    for field in schema.outputs() {
        let value = demo.fields.get(field.name()).filter(|value| !value.is_null());
        match value {
            Some(value) => push(&mut text, field.name(), &render_value(value)),
            None => push(&mut text, field.name(), PLACEHOLDER),
        }
    }
    text.push_str("\n\n");
    text.push_str(&header(COMPLETED));
    text.push('\n');
    text
}

fn reminder(schema: &SignatureSchema) -> String {
    let mut text = String::from("Answer with ");
    for (index, field) in schema.outputs().iter().enumerate() {
        if index > 0 {
            text.push_str(", then ");
        }
        let _ = write!(text, "`{}`", header(field.name()));
        if !field.is_text() {
            let _ = write!(text, " (of type {})", field.type_name());
        }
    }
    let _ = write!(text, ", and close with `{}`.", header(COMPLETED));
    text
}
