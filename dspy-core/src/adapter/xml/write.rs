//! Tasks and answers between tags.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::XmlAdapter;
use super::nested::{push_layout, push_value};
use super::structure::is_nested;
use super::tags::{Next, escaped, next, value as read_value};
use crate::adapter::names::alike;
use crate::adapter::outline::{
    output_place, push_fields, push_objective, push_outputs, shown_inputs,
};
use crate::adapter::render::render_field;
use crate::adapter::stream::placeholder;
use crate::adapter::turns::{Format, shown};
use crate::signature::{Field, Fields, SignatureSchema};

impl Format for XmlAdapter {
    fn system(&self, schema: &SignatureSchema) -> String {
        let mut text = String::new();
        push_fields(&mut text, schema);
        text.push_str(
            "\nQuestions and answers are laid out like this, each value between its tags:\n\n",
        );
        for field in shown_inputs(schema) {
            push_place(&mut text, field, &placeholder(field.name()));
        }
        for field in schema.outputs() {
            if is_nested(field) {
                push_layout(&mut text, field);
                text.push_str("\n\n");
            } else {
                push_place(&mut text, field, &output_place(field));
            }
        }
        push_objective(&mut text, schema);
        text
    }

    fn open(&self, out: &mut String, name: &str) {
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        let _ = writeln!(out, "<{name}>");
    }

    fn close(&self, out: &mut String, name: &str) {
        let _ = write!(out, "\n</{name}>");
    }

    fn neutral<'t>(&self, schema: &SignatureSchema, text: &'t str) -> Cow<'t, str> {
        let has_tag = matches!(next(text, 0, true, |name| marks(schema, name)), Next::Tag(_));
        // Nor may the text change when an answer that copies it is read.
        if has_tag || read_value(text) != text.trim() { escaped(text) } else { Cow::Borrowed(text) }
    }

    fn answer(&self, schema: &SignatureSchema, values: &Fields, absent: Option<&str>) -> String {
        let mut text = String::new();
        for field in schema.outputs() {
            let Some(value) = shown(values, field, absent) else { continue };
            if (value.is_array() || value.is_object()) && is_nested(field) {
                if !text.is_empty() {
                    text.push_str("\n\n");
                }
                push_value(&mut text, field, &value, &|name| marks(schema, name));
                continue;
            }
            self.open(&mut text, field.name());
            text.push_str(&escaped(&render_field(field, &value)));
            self.close(&mut text, field.name());
        }
        text
    }

    fn reminder(&self, schema: &SignatureSchema) -> String {
        let mut text = String::from("Answer with ");
        push_outputs(&mut text, schema, |name| format!("`<{name}>`"));
        text.push_str(", each closed by its end tag.");
        text
    }
}

/// Shows what stands between the tags of a field.
fn push_place(text: &mut String, field: &Field, place: &str) {
    let _ = write!(text, "<{name}>\n{place}\n</{name}>\n\n", name = field.name());
}

/// Whether a tag of this name means something in the task's messages.
fn marks(schema: &SignatureSchema, name: &str) -> bool {
    const PAST: &str = "past_";
    let start = name.get(..PAST.len()).unwrap_or_default();
    let bare = match start.eq_ignore_ascii_case(PAST) {
        true => name.get(PAST.len()..).unwrap_or_default(),
        false => name,
    };
    let names = |field: &Field| {
        alike(field.name(), bare) || field.aliases().iter().any(|alias| alike(alias, bare))
    };
    alike("feedback", name) || schema.fields().any(names)
}
