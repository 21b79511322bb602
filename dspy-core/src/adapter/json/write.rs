//! Tasks with inputs in sections and the answer as a JSON object.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde_json::Value;

use super::JsonAdapter;
use super::object::object_schema;
use crate::adapter::chat::open_section;
use crate::adapter::markers::{header, neutral};
use crate::adapter::outline::{noted, push_fields, push_objective, push_outputs, shown_inputs};
use crate::adapter::stream::placeholder;
use crate::adapter::texts::with_texts;
use crate::adapter::turns::{Format, shown};
use crate::schema;
use crate::signature::{Field, Fields, SignatureSchema};

impl Format for JsonAdapter {
    fn system(&self, schema: &SignatureSchema) -> String {
        let mut text = String::new();
        push_fields(&mut text, schema);
        if shown_inputs(schema).next().is_some() {
            text.push_str("\nA question is laid out like this, each value under its header:");
        }
        for field in shown_inputs(schema) {
            let _ = write!(text, "\n\n{}\n{}", header(field.name()), placeholder(field.name()));
        }
        text.push_str(
            "\n\nThe answer is one JSON object with these keys in this order, and nothing else:\n\n",
        );
        text.push_str(&if self.compact { notation(schema) } else { layout(schema) });
        text.push_str("\n\n");
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
        let mut object = Fields::new();
        for field in schema.outputs() {
            let Some(value) = shown(values, field, absent) else { continue };
            let value = with_texts(value.into_owned(), &|text| neutral(text));
            object.insert(field.name().to_owned(), value);
        }
        format!("{:#}", Value::Object(object))
    }

    fn reminder(&self, schema: &SignatureSchema) -> String {
        let mut text = String::from("Answer with a JSON object: ");
        push_outputs(&mut text, schema, |name| format!("`{name}`"));
        text.push('.');
        text
    }
}

/// The answer with a place and a note for each output.
fn layout(schema: &SignatureSchema) -> String {
    let lines: Vec<_> = schema
        .outputs()
        .iter()
        .map(|field| {
            format!("  {}: {}", Value::from(field.name()), Value::from(noted(field, note(field))))
        })
        .collect();
    format!("{{\n{}\n}}", lines.join(",\n"))
}

/// The answer's type in the compact notation. What the outputs mean is said in their list already.
fn notation(schema: &SignatureSchema) -> String {
    let mut object = object_schema(schema.outputs());
    let properties = object.get_mut("properties").and_then(Value::as_object_mut);
    for property in properties.into_iter().flat_map(Fields::values_mut) {
        if let Some(property) = property.as_object_mut() {
            property.shift_remove("description");
        }
    }
    schema::compact(&object, &object)
}

/// What a field's value must be, with JSON's words for true, false and null.
fn note(field: &Field) -> Option<String> {
    let note = field.note()?.replace("True or False", "true or false");
    let bare = note.strip_suffix("None").filter(|_| field.is_nullable());
    Some(bare.map_or_else(|| note.clone(), |bare| format!("{bare}null")))
}
