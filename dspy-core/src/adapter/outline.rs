//! What every system message says alike: the fields, and what has to be done.

use std::fmt::Write as _;

use serde_json::Value;

use super::markers::neutral;
use super::render::render_value;
use crate::schema;
use crate::signature::{Field, HISTORY, SignatureSchema};

/// The numbered lists of input and output fields.
pub(super) fn push_fields(text: &mut String, schema: &SignatureSchema) {
    text.push_str("These are the input fields:\n");
    push_list(text, shown_inputs(schema));
    text.push_str("These are the output fields:\n");
    push_list(text, schema.outputs().iter());
}

/// The task's instructions, at the end of the message.
pub(super) fn push_objective(text: &mut String, schema: &SignatureSchema) {
    text.push_str("What you have to do:");
    for line in schema.instructions().lines() {
        let _ = write!(text, "\n        {line}");
    }
}

/// The inputs that a prompt shows as fields: all but past turns, which become messages.
pub(super) fn shown_inputs(schema: &SignatureSchema) -> impl Iterator<Item = &Field> {
    schema.inputs().iter().filter(|field| !is_history(field))
}

/// Whether a field holds past turns, or may hold some.
pub(super) fn is_history(field: &Field) -> bool {
    field.marker() == Some(HISTORY)
}

/// What a layout shows in the place of an output's value: its name, and a note on what it must be.
pub(super) fn output_place(field: &Field) -> String {
    noted(field, field.note())
}

/// The same with another note.
pub(super) fn noted(field: &Field, note: Option<String>) -> String {
    let mut text = super::stream::placeholder(field.name());
    if let Some(note) = note {
        let _ = write!(text, "        # note: {note}");
    }
    text
}

/// The outputs in order, each as `write` puts it, with the type of those that are no plain text.
pub(super) fn push_outputs(
    text: &mut String,
    schema: &SignatureSchema,
    write: impl Fn(&str) -> String,
) {
    for (index, field) in schema.outputs().iter().enumerate() {
        if index > 0 {
            text.push_str(", then ");
        }
        text.push_str(&write(field.name()));
        if !field.is_text() {
            let _ = write!(text, " (of type {})", field.type_name());
        }
    }
}

fn push_list<'a>(text: &mut String, fields: impl Iterator<Item = &'a Field>) {
    for (index, field) in fields.enumerate() {
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
        if !field.examples().is_empty() {
            let all: Vec<String> = field.examples().iter().map(example).collect();
            let _ = writeln!(text, "   Examples: {}", all.join("; "));
        }
        for choice in schema::options(field.schema(), resolved) {
            if let Some(description) = choice.description {
                let description = description.replace('\n', " ");
                let _ = writeln!(text, "   - `{}`: {description}", render_value(&choice.value));
            }
        }
    }
}

/// An example on one line, in which nothing reads as a section's header.
fn example(value: &Value) -> String {
    format!("`{}`", neutral(&render_value(value).replace('\n', " ")))
}
