//! Tasks in plain words.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::TwoStepAdapter;
use crate::adapter::outline::{push_fields, push_objective};
use crate::adapter::render::render_field;
use crate::adapter::turns::{Format, shown};
use crate::signature::{Fields, SignatureSchema};

/// Before each line of a value of several lines, so that none of them reads like another field.
const INDENT: &str = "\n    ";

impl Format for TwoStepAdapter {
    fn system(&self, schema: &SignatureSchema) -> String {
        let mut text = String::new();
        push_fields(&mut text, schema);
        text.push_str("\nAnswer in your own words, and say clearly what each output field is:\n");
        for field in schema.outputs() {
            let note = field.note();
            let _ = writeln!(text, "{}: {}", field.name(), note.as_deref().unwrap_or("text"));
        }
        text.push('\n');
        push_objective(&mut text, schema);
        text
    }

    fn open(&self, out: &mut String, name: &str) {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = write!(out, "{name}: ");
    }

    fn neutral<'t>(&self, _schema: &SignatureSchema, text: &'t str) -> Cow<'t, str> {
        if text.contains('\n') {
            Cow::Owned(format!("{INDENT}{}", text.replace('\n', INDENT)))
        } else {
            Cow::Borrowed(text)
        }
    }

    fn answer(&self, schema: &SignatureSchema, values: &Fields, absent: Option<&str>) -> String {
        let mut text = String::new();
        for field in schema.outputs() {
            let Some(value) = shown(values, field, absent) else { continue };
            self.open(&mut text, field.name());
            text.push_str(&self.neutral(schema, &render_field(field, &value)));
        }
        text
    }

    fn reminder(&self, schema: &SignatureSchema) -> String {
        let names: Vec<_> =
            schema.outputs().iter().map(|field| format!("`{}`", field.name())).collect();
        format!("Answer in your own words; say what {} is.", names.join(", what "))
    }
}
