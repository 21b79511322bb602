//! JSON Schemas as Rust types.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use crate::names::{doc, free, of_type, of_value};

/// Types within types; a schema beyond that is any value.
const DEPTH: usize = 16;

/// The types that signatures need.
#[derive(Debug, Default)]
pub(crate) struct Types {
    /// Each type's name and the schema that it stands for.
    known: Vec<(String, Value)>,
    text: String,
    /// What else the crate depends on.
    pub(crate) crates: BTreeSet<&'static str>,
    /// Types that have no counterpart, by place.
    pub(crate) notes: Vec<String>,
}

impl Types {
    /// The file of all types; empty where there is none.
    pub(crate) fn file(&self) -> String {
        match self.text.is_empty() {
            true => String::new(),
            false => format!("//! The types of fields.\n{}", self.text),
        }
    }

    /// The type of a schema; `place` names it where it has no name of its own.
    pub(crate) fn of(&mut self, schema: &Value, place: &str) -> String {
        self.within(schema, schema, place, 0)
    }

    fn within(&mut self, root: &Value, schema: &Value, place: &str, depth: usize) -> String {
        if depth > DEPTH {
            return self.anything(place, "it is too deep");
        }
        if let Some(name) = schema.get("$ref").and_then(Value::as_str) {
            let key = name.rsplit('/').next().unwrap_or_default();
            return match root.get("$defs").and_then(|all| all.get(key)) {
                Some(target) => self.named(root, target, key, depth),
                None => self.anything(place, "its definition is missing"),
            };
        }
        if schema.get("enum").is_some() || schema.get("const").is_some() {
            let title = schema.get("title").and_then(Value::as_str).unwrap_or(place);
            return self.named(root, schema, title, depth);
        }
        if let Some(parts) = schema.get("anyOf").and_then(Value::as_array) {
            let is_null = |part: &&Value| part.get("type").is_some_and(|kind| kind == "null");
            let others: Vec<_> = parts.iter().filter(|part| !is_null(part)).collect();
            return match others.as_slice() {
                [only] if parts.len() == 2 => {
                    format!("Option<{}>", self.within(root, only, place, depth + 1))
                }
                _ => self.anything(place, "it is a union"),
            };
        }
        let mut inner = |schema: &Value| self.within(root, schema, place, depth + 1);
        let format = schema.get("format").and_then(Value::as_str);
        match (schema.get("type").and_then(Value::as_str), format) {
            (Some("string"), Some("date")) => self.dated("NaiveDate"),
            (Some("string"), Some("time")) => self.dated("NaiveTime"),
            (Some("string"), Some("date-time")) => self.dated("NaiveDateTime"),
            (Some("string"), _) => "String".to_owned(),
            (Some("integer"), _) => "i64".to_owned(),
            (Some("number"), _) => "f64".to_owned(),
            (Some("boolean"), _) => "bool".to_owned(),
            (Some("array"), _) => match schema.get("prefixItems").and_then(Value::as_array) {
                Some(items) => {
                    let items: Vec<String> = items.iter().map(inner).collect();
                    format!("({},)", items.join(", "))
                }
                None => match schema.get("items") {
                    Some(items) => format!("Vec<{}>", inner(items)),
                    None => {
                        format!("Vec<{}>", self.anything(place, "it says nothing of its items"))
                    }
                },
            },
            (Some("object"), _) if schema.get("properties").is_some() => {
                let title = schema.get("title").and_then(Value::as_str).unwrap_or(place);
                self.named(root, schema, title, depth)
            }
            (Some("object"), _) => match schema.get("additionalProperties") {
                Some(values @ Value::Object(_)) => {
                    format!("std::collections::BTreeMap<String, {}>", inner(values))
                }
                _ => {
                    self.crates.insert("serde_json");
                    "serde_json::Map<String, serde_json::Value>".to_owned()
                }
            },
            _ => self.anything(place, "its schema allows everything"),
        }
    }

    fn dated(&mut self, name: &str) -> String {
        self.crates.insert("chrono");
        format!("chrono::{name}")
    }

    fn anything(&mut self, place: &str, why: &str) -> String {
        self.notes.push(format!("`{place}` is any JSON value, because {why}"));
        self.crates.insert("serde_json");
        "serde_json::Value".to_owned()
    }

    /// A struct or an enum, written once for each schema.
    fn named(&mut self, root: &Value, schema: &Value, title: &str, depth: usize) -> String {
        let wanted = of_type(title);
        let full = |name: &str| format!("crate::types::{name}");
        let same = |(name, known): &&(String, Value)| known == schema && name.starts_with(&wanted);
        if let Some((name, _)) = self.known.iter().find(same) {
            return full(name);
        }
        if schema.get("properties").is_none() && schema.get("enum").is_none() {
            if let Some(only) = schema.get("const").filter(|value| value.is_string()) {
                let as_enum = serde_json::json!({"enum": [only], "title": title});
                return self.named(root, &as_enum, title, depth);
            }
            return self.within(root, schema, title, depth + 1);
        }
        let name = free(wanted, |name| self.known.iter().any(|(known, _)| known == name));
        self.known.push((name.clone(), schema.clone()));
        let text = match schema.get("enum").and_then(Value::as_array) {
            Some(values) => match closed_set(&name, values) {
                Some(text) => text,
                None => return self.anything(title, "it is a closed set of more than texts"),
            },
            None => self.structure(&name, root, schema, depth),
        };
        let about = schema.get("description").and_then(Value::as_str).unwrap_or_default();
        let _ = write!(self.text, "\n{}{text}", doc(about, ""));
        full(&name)
    }

    fn structure(&mut self, name: &str, root: &Value, schema: &Value, depth: usize) -> String {
        let mut text = format!("#[dspy::data]\npub struct {name} {{\n");
        let fields = schema.get("properties").and_then(Value::as_object);
        let mut taken = BTreeSet::new();
        for (key, field) in fields.into_iter().flatten() {
            let mut kind = self.within(root, field, &format!("{name}_{key}"), depth + 1);
            let own = format!("crate::types::{name}");
            if kind == format!("Option<{own}>") || kind == own {
                kind = kind.replace(&own, &format!("Box<{own}>"));
            }
            let about = field.get("description").and_then(Value::as_str).unwrap_or_default();
            text.push_str(&doc(about, "    "));
            let ident = free(of_value(key), |name| taken.contains(name));
            if ident != *key {
                let _ = writeln!(text, "    #[serde(rename = {})]", Value::from(key.as_str()));
            }
            let _ = writeln!(text, "    pub {ident}: {kind},");
            taken.insert(ident);
        }
        text.push_str("}\n");
        text
    }
}

/// An enum of texts.
fn closed_set(name: &str, values: &[Value]) -> Option<String> {
    let mut text = format!("#[dspy::data]\npub enum {name} {{\n");
    let mut taken = BTreeSet::new();
    for value in values {
        let value = value.as_str()?;
        let variant = free(of_type(value), |name| taken.contains(name));
        if variant != value {
            let _ = writeln!(text, "    #[serde(rename = {})]", Value::from(value));
        }
        let _ = writeln!(text, "    {variant},");
        taken.insert(variant);
    }
    text.push_str("}\n");
    Some(text)
}
