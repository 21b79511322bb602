//! Tasks and answers in sections.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::ChatAdapter;
use crate::adapter::markers::{COMPLETED, header, neutral};
use crate::adapter::outline::{
    output_place, push_fields, push_objective, push_outputs, shown_inputs,
};
use crate::adapter::render::render_field;
use crate::adapter::stream::placeholder;
use crate::adapter::turns::{Format, shown};
use crate::signature::{Fields, SignatureSchema};

/// Begins a section after what stands in `out`.
pub(in crate::adapter) fn open_section(out: &mut String, name: &str) {
    if !out.is_empty() {
        out.push_str("\n\n");
    }
    out.push_str("[[ ## ");
    out.push_str(name);
    out.push_str(" ## ]]\n");
}

impl Format for ChatAdapter {
    fn system(&self, schema: &SignatureSchema) -> String {
        let mut text = String::new();
        push_fields(&mut text, schema);
        text.push_str(
            "\nQuestions and answers are laid out like this, each value under its header:",
        );
        for field in shown_inputs(schema) {
            let _ = write!(text, "\n\n{}\n{}", header(field.name()), placeholder(field.name()));
        }
        for field in schema.outputs() {
            let _ = write!(text, "\n\n{}\n{}", header(field.name()), output_place(field));
        }
        let _ = write!(text, "\n\n{}\n\n", header(COMPLETED));
        push_objective(&mut text, schema);
        text
    }

    fn open(&self, out: &mut String, name: &str) {
        open_section(out, name);
    }

    fn neutral<'t>(&self, _schema: &SignatureSchema, text: &'t str) -> Cow<'t, str> {
        neutral(text)
    }

    fn answer(&self, schema: &SignatureSchema, values: &Fields, absent: Option<&str>) -> String {
        let mut text = String::new();
        for field in schema.outputs() {
            let Some(value) = shown(values, field, absent) else { continue };
            open_section(&mut text, field.name());
            text.push_str(&neutral(&render_field(field, &value)));
        }
        open_section(&mut text, COMPLETED);
        text
    }

    fn reminder(&self, schema: &SignatureSchema) -> String {
        let mut text = String::from("Answer with ");
        push_outputs(&mut text, schema, |name| format!("`{}`", header(name)));
        let _ = write!(text, ", and close with `{}`.", header(COMPLETED));
        text
    }
}
