//! What is plain to see without an analysis of the schema: a text for a text, a number for a number,
//! a member of a closed set as it is written. For everything else there is the long way, and where
//! both give a value it is the same.

use serde_json::Value;

use super::envelope::trimmed;
use super::fit::{fits_integer, fits_number};
use super::node::strict_value;

/// Keywords that change nothing about a schema that stands alone.
const SILENT: &[&str] = &[
    "title",
    "description",
    "default",
    "examples",
    "$schema",
    "$id",
    "$comment",
    "deprecated",
    "readOnly",
    "writeOnly",
];

/// Keywords that say how large a number may be.
const BOUNDS: &[&str] =
    &["format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];

/// The deepest list of lists that is looked at.
const DEEPEST: usize = 8;

/// A schema that can be read at a glance.
enum Simple<'d> {
    Text,
    Boolean,
    /// A number, and its schema if that has bounds.
    Number(Option<&'d Value>),
    Integer(&'d Value),
    Members(&'d [Value]),
    /// Members that are schemas of a constant each.
    Constants(&'d [Value]),
    List(Option<&'d Value>),
}

/// The value that a text holds, where that is plain to see.
pub(super) fn read(text: &str, schema: &Value) -> Option<Value> {
    let simple = Simple::of(schema)?;
    let text = trimmed(text);
    match &simple {
        // Thoughts may stand before it.
        Simple::Text if text.starts_with(['<', '[']) => None,
        Simple::Text => Some(Value::from(text)),
        Simple::Members(_) | Simple::Constants(_) => {
            (is_word(text) && simple.has(text)).then(|| Value::from(text))
        }
        Simple::Boolean | Simple::Number(_) | Simple::Integer(_) | Simple::List(_) => {
            strict_value(text).filter(|value| simple.takes(value, 0))
        }
    }
}

/// Whether it is plain to see that a value fits as it is.
pub(super) fn fits(value: &Value, schema: &Value) -> bool {
    Simple::of(schema).is_some_and(|simple| simple.takes(value, 0))
}

/// Whether a text is a word or some, and nothing that JSON has a meaning for.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b' '))
        && !matches!(text, "true" | "false" | "null")
}

impl<'d> Simple<'d> {
    fn of(schema: &'d Value) -> Option<Self> {
        let (mut kind, mut members, mut constants, mut items) = (None, None, None, None);
        let mut bounded = false;
        for (keyword, value) in schema.as_object()? {
            match keyword.as_str() {
                "type" => kind = Some(value.as_str()?),
                "enum" => members = Some(value.as_array()?),
                "oneOf" => constants = Some(value.as_array()?),
                "items" => items = Some(value),
                // Every number that JSON can hold.
                "format" if value == "double" && kind == Some("number") => {}
                keyword if BOUNDS.contains(&keyword) => bounded = true,
                keyword if SILENT.contains(&keyword) => {}
                _ => return None,
            }
        }
        Some(match (kind, members, constants, items) {
            (Some("string") | None, Some(members), None, None) if !bounded => {
                Self::Members(members)
            }
            (Some("string") | None, None, Some(constants), None) if !bounded => {
                Self::Constants(constants)
            }
            (Some("string"), None, None, None) if !bounded => Self::Text,
            (Some("boolean"), None, None, None) if !bounded => Self::Boolean,
            (Some("number"), None, None, None) => Self::Number(bounded.then_some(schema)),
            (Some("integer"), None, None, None) => Self::Integer(schema),
            (Some("array"), None, None, items) if !bounded => Self::List(items),
            _ => return None,
        })
    }

    fn takes(&self, value: &Value, depth: usize) -> bool {
        match (self, value) {
            (Self::Text, Value::String(_)) | (Self::Boolean, Value::Bool(_)) => true,
            (Self::Number(None), Value::Number(_)) => true,
            (Self::Number(Some(schema)), Value::Number(number)) => fits_number(number, schema),
            (Self::Integer(schema), Value::Number(number)) => fits_integer(number, schema),
            (Self::Members(_) | Self::Constants(_), Value::String(text)) => self.has(text),
            (Self::List(None), Value::Array(_)) => true,
            (Self::List(Some(items)), Value::Array(values)) if depth < DEEPEST => Self::of(items)
                .is_some_and(|item| values.iter().all(|value| item.takes(value, depth + 1))),
            _ => false,
        }
    }

    /// Whether a text is a member of the closed set, all of whose members are texts.
    fn has(&self, text: &str) -> bool {
        match self {
            Self::Members(members) => {
                members.iter().all(Value::is_string) && members.iter().any(|it| it == text)
            }
            Self::Constants(parts) => {
                let texts = || parts.iter().map(constant);
                texts().all(|it| it.is_some()) && texts().any(|it| it == Some(text))
            }
            _ => false,
        }
    }
}

/// The text that a part of a closed set allows, and nothing else.
fn constant(part: &Value) -> Option<&str> {
    let part = part.as_object()?;
    let known =
        |key: &String| matches!(key.as_str(), "const" | "type") || SILENT.contains(&key.as_str());
    let is_text = part.get("type").is_none_or(|kind| kind == "string");
    part.get("const")?.as_str().filter(|_| is_text && part.keys().all(known))
}
