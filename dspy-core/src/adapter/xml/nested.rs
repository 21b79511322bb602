//! Lists and objects as elements within elements: values, and the layout of a type.

use std::fmt::Write as _;

use serde_json::Value;

use super::elements::leaf;
use super::structure::{Structure, structure, without_null};
use super::tags::escaped;
use crate::adapter::render::render_value;
use crate::schema;
use crate::signature::Field;

/// The element of a list's item, and of a key that is no name for an element.
pub(super) const ITEM: &str = "item";
pub(super) const ENTRY: &str = "entry";

/// Bytes of a key above which an object is written as JSON: longer tags are not read.
const LONGEST_KEY: usize = 200;

/// Writes the value of an output as an element. Keys that the type does not declare and that
/// `marks` takes for a mark of the format never become a tag.
pub(super) fn push_value(
    out: &mut String,
    field: &Field,
    value: &Value,
    marks: &dyn Fn(&str) -> bool,
) {
    let writer = Writer { root: field.schema(), marks };
    let name = field.name();
    let is_map = matches!(structure(field.schema(), field.schema()).0, Structure::Map(_));
    // At the top null is a word, so what is empty may have an empty element.
    match value {
        Value::Array(items) if items.is_empty() => out.push_str(&format!("<{name} />")),
        Value::Object(fields) if fields.is_empty() && is_map => {
            out.push_str(&format!("<{name}></{name}>"));
        }
        _ => writer.element(out, (name, None), field.schema(), value),
    }
}

struct Writer<'a> {
    root: &'a Value,
    marks: &'a dyn Fn(&str) -> bool,
}

impl Writer<'_> {
    fn element(
        &self,
        out: &mut String,
        (tag, key): (&str, Option<&str>),
        schema: &Value,
        value: &Value,
    ) {
        let (structure, nullable) = structure(self.root, schema);
        let _ = write!(out, "<{tag}");
        if let Some(key) = key {
            push_attribute(out, key);
        }
        match (structure, value) {
            (_, Value::Null) => return out.push_str(" />"),
            (Structure::List(_), Value::Array(items)) if items.is_empty() => {
                // An empty element would be null.
                out.push_str(if nullable { ">[]" } else { " />" });
                if !nullable {
                    return;
                }
            }
            (Structure::List(item), Value::Array(items)) => {
                out.push('>');
                items.iter().for_each(|one| self.element(out, (ITEM, None), item, one));
            }
            (Structure::Object(..) | Structure::Map(_), Value::Object(fields))
                if fields.keys().all(|key| key.len() <= LONGEST_KEY) =>
            {
                out.push('>');
                if fields.is_empty() && nullable {
                    out.push_str("{}");
                }
                for (name, value) in fields {
                    let (declared, inner) = match structure {
                        Structure::Object(properties, rest) => match properties.get(name) {
                            Some(property) => (true, property),
                            None => (false, rest.unwrap_or(&Value::Bool(true))),
                        },
                        Structure::Map(inner) => (false, inner),
                        _ => (false, &Value::Bool(true)),
                    };
                    let is_tag = is_name(name) && (declared || !(self.marks)(name));
                    let tag = if is_tag { (name.as_str(), None) } else { (ENTRY, Some(&**name)) };
                    self.element(out, tag, inner, value);
                }
            }
            (_, Value::String(text)) => {
                out.push('>');
                self.push_text(out, schema, text);
            }
            (_, other) => {
                out.push('>');
                out.push_str(&escaped(&render_value(other)));
            }
        }
        let _ = write!(out, "</{tag}>");
    }

    /// A text, spelled so that it is read as itself.
    fn push_text(&self, out: &mut String, schema: &Value, text: &str) {
        let written = escaped(text);
        if leaf(self.root, schema, &written) == text {
            return out.push_str(&written);
        }
        let mut rest = text.chars();
        if let Some(first) = rest.next() {
            let _ = write!(out, "&#{};", u32::from(first));
        }
        out.push_str(&escaped(rest.as_str()));
    }
}

/// Whether a key can be the name of an element.
fn is_name(key: &str) -> bool {
    let mut chars = key.chars();
    chars.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn push_attribute(out: &mut String, key: &str) {
    let mut value = String::with_capacity(key.len());
    for c in key.chars() {
        match c {
            '&' => value.push_str("&amp;"),
            '<' => value.push_str("&lt;"),
            '>' => value.push_str("&gt;"),
            '\n' | '\r' | '\t' => value.push_str(&format!("&#{};", u32::from(c))),
            _ => value.push(c),
        }
    }
    let _ = match (value.contains('"'), value.contains('\'')) {
        (false, _) => write!(out, " key=\"{value}\""),
        (true, false) => write!(out, " key='{value}'"),
        (true, true) => write!(out, " key=\"{}\"", value.replace('"', "&quot;")),
    };
}

/// Writes the elements of an output's type, each leaf with the words for its type.
pub(super) fn push_layout(out: &mut String, field: &Field) {
    let mut layout = Layout { root: field.schema(), field, open: Vec::new() };
    layout.element(out, (field.name(), None), field.schema(), Told::All);
}

/// What was said of an element's type already.
#[derive(Clone, Copy, PartialEq)]
enum Told {
    /// By the list of fields.
    All,
    /// By the element around it.
    Limits,
    Nothing,
}

struct Layout<'a> {
    root: &'a Value,
    field: &'a Field,
    /// Types whose elements are being written.
    open: Vec<&'a Value>,
}

impl<'a> Layout<'a> {
    fn element(
        &mut self,
        out: &mut String,
        (tag, key): (&str, Option<&str>),
        schema: &'a Value,
        told: Told,
    ) {
        let (target, nullable) = without_null(self.root, schema);
        let _ = write!(out, "<{tag}");
        if let Some(key) = key {
            push_attribute(out, key);
        }
        out.push('>');
        let inner = match told {
            Told::All => Told::All,
            Told::Limits => Told::Nothing,
            Told::Nothing => Told::Limits,
        };
        let structure = structure(self.root, schema).0;
        let seen = self.open.iter().any(|open| std::ptr::eq(*open, target));
        match structure {
            Structure::Leaf | Structure::Other => {
                out.push_str(&escaped(&schema::type_name(self.root, schema)));
                self.comment(out, schema, told, false);
            }
            _ if seen => {
                let words = schema::type_name(self.root, schema);
                let _ = write!(out, "{}, as above", escaped(&words));
            }
            Structure::List(item) => {
                self.comment(out, schema, told, nullable);
                self.element(out, (ITEM, None), item, inner);
            }
            Structure::Map(value) => {
                self.comment(out, schema, told, nullable);
                self.element(out, (ENTRY, Some("text")), value, inner);
            }
            Structure::Object(properties, rest) => {
                self.comment(out, schema, told, nullable);
                self.open.push(target);
                for (name, property) in properties {
                    let tag =
                        if is_name(name) { (name.as_str(), None) } else { (ENTRY, Some(&**name)) };
                    self.element(out, tag, property, Told::Nothing);
                }
                if let Some(rest) = rest {
                    self.element(out, (ENTRY, Some("text")), rest, Told::Nothing);
                }
                self.open.pop();
            }
        }
        let _ = write!(out, "</{tag}>");
    }

    /// What else there is to know of a type.
    fn comment(&self, out: &mut String, schema: &Value, told: Told, nullable: bool) {
        let (target, _) = without_null(self.root, schema);
        let mut said = Vec::new();
        if nullable && told != Told::All {
            said.push("may be empty".to_owned());
        }
        for schema in [schema, target] {
            let words = schema.get("description").and_then(Value::as_str).unwrap_or_default();
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            let known = told == Told::All && words == self.field.desc();
            if !words.is_empty() && !known && !said.contains(&words) {
                said.push(words);
            }
        }
        if told == Told::Nothing {
            said.extend(schema::bounds_text(target));
        }
        let choices = schema::choices(self.root, target).filter(|_| told != Told::All);
        for choice in choices.into_iter().flatten() {
            if let Some(words) = &choice.description {
                let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
                said.push(format!("{}: {words}", render_value(&choice.value)));
            }
        }
        if !said.is_empty() {
            let _ = write!(out, "<!-- {} -->", said.join("; ").replace("--", "- -"));
        }
    }
}
