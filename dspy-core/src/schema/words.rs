//! Words for types, as a person would say them.

use serde_json::Value;

use super::describe::{Choice, choices, member};
use super::format::format_of;
use super::resolve;

/// Longer closed sets are called by their name.
const SHORT: usize = 60;

/// Types within types that are spelled out.
const DEPTH: usize = 8;

/// A type as a person would say it: `text`, `list of integer`, `optional number`, `one of: A; B`.
///
/// The table in the [module's documentation](super) lists all forms. Inside of another type,
/// whatever holds an `or` or a list of options stands in parentheses, so that each wording has one
/// meaning only. References are resolved within `root`.
///
/// ```
/// use dspy::schema::{of, type_name};
/// use std::collections::BTreeMap;
///
/// let words = |schema: serde_json::Value| type_name(&schema, &schema);
/// assert_eq!(words(of::<Vec<Option<u8>>>()), "list of optional integer");
/// assert_eq!(words(of::<BTreeMap<String, f64>>()), "map from text to number");
/// assert_eq!(words(serde_json::json!({"enum": ["yes", "no"]})), "one of: yes; no");
/// ```
pub fn type_name(root: &Value, schema: &Value) -> String {
    Words { root }.of(schema, 0).text
}

/// A wording, and whether it needs parentheses inside of another one.
struct Phrase {
    text: String,
    is_open: bool,
}

impl Phrase {
    fn closed(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_open: false }
    }

    fn open(text: String) -> Self {
        Self { text, is_open: true }
    }

    fn inner(self) -> String {
        if self.is_open { format!("({})", self.text) } else { self.text }
    }
}

struct Words<'a> {
    root: &'a Value,
}

impl Words<'_> {
    fn of(&self, schema: &Value, depth: usize) -> Phrase {
        if depth > DEPTH {
            return Phrase::closed("anything");
        }
        let target = resolve(self.root, schema);
        let name = name(self.root, schema, target);
        // A type with a form of its own says what it is called.
        let title = target.get("title").and_then(Value::as_str);
        if let Some(title) = title.filter(|_| target.get(super::MARKER).is_some()) {
            return Phrase::closed(title);
        }
        if let Some(all) = choices(self.root, target) {
            return closed_set(&all, name);
        }
        if let Some(parts) = ["anyOf", "oneOf"].iter().find_map(|key| target.get(key)?.as_array()) {
            return self.union(parts, name, depth);
        }
        match target.get("type") {
            Some(Value::String(kind)) => self.simple(target, kind, name, depth),
            Some(Value::Array(kinds)) => {
                let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
                let nullable = kinds.contains(&"null");
                let others = kinds.iter().filter(|kind| **kind != "null");
                let words = others.map(|kind| self.simple(target, kind, name, depth)).collect();
                either(words, nullable)
            }
            _ if *target == Value::Bool(false) => Phrase::closed("nothing"),
            _ if target.get("properties").is_some() => self.simple(target, "object", name, depth),
            _ if target.get("allOf").is_some() => Phrase::closed(name.unwrap_or("anything")),
            _ => Phrase::closed("anything"),
        }
    }

    fn union(&self, parts: &[Value], name: Option<&str>, depth: usize) -> Phrase {
        let is_null =
            |part: &&Value| resolve(self.root, part).get("type").is_some_and(|kind| kind == "null");
        let nullable = parts.iter().any(|part| is_null(&part));
        let mut words: Vec<Phrase> = Vec::new();
        for part in parts.iter().filter(|part| !is_null(part)) {
            let phrase = self.of(part, depth + 1);
            if words.iter().all(|known| known.text != phrase.text) {
                words.push(phrase);
            }
        }
        let several = parts.len() - usize::from(nullable) > 1;
        match name.filter(|_| several) {
            Some(name) => either(vec![Phrase::closed(name)], nullable),
            None => either(words, nullable),
        }
    }

    fn simple(&self, schema: &Value, kind: &str, name: Option<&str>, depth: usize) -> Phrase {
        let inner = |schema: &Value| self.of(schema, depth + 1).inner();
        Phrase::closed(match kind {
            "string" => format_of(schema).map_or("text", |format| format.type_name).to_owned(),
            "null" => "nothing".to_owned(),
            "array" => {
                match (schema.get("prefixItems").and_then(Value::as_array), schema.get("items")) {
                    (Some(items), _) => {
                        let items: Vec<_> = items.iter().map(inner).collect();
                        format!("tuple of ({})", items.join(", "))
                    }
                    (None, Some(items)) => format!("list of {}", inner(items)),
                    (None, None) => "list".to_owned(),
                }
            }
            "object" => match map(schema) {
                Some((key, values)) => format!("map from {key} to {}", inner(values)),
                None => name.unwrap_or("object").to_owned(),
            },
            // `integer`, `number` and `boolean` are plain words already.
            other => other.to_owned(),
        })
    }
}

/// What a map's keys are, and the schema of its values; `None` for an object with fields.
fn map(schema: &Value) -> Option<(String, &Value)> {
    let of = |keyword: &str| schema.get(keyword).and_then(Value::as_object);
    if let Some(properties) = of("properties") {
        // Keys of a closed set: none is required, and all have values of one type.
        let mut values = properties.values();
        let first = values.next()?;
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        let alike = closed && schema.get("required").is_none() && values.all(|it| it == first);
        let keys: Vec<_> = properties.keys().map(|key| member(&key.as_str().into())).collect();
        return alike.then(|| (format!("(one of: {})", keys.join("; ")), first));
    }
    if let Some((pattern, values)) = of("patternProperties").and_then(|them| them.iter().next()) {
        let keys = if super::is_integer_pattern(pattern) { "integer" } else { "text" };
        return Some((keys.to_owned(), values));
    }
    match schema.get("additionalProperties") {
        None | Some(Value::Bool(false)) => None,
        Some(values) => Some(("text".to_owned(), values)),
    }
}

/// The name of the type: its title, else the last part of the reference to it.
fn name<'a>(root: &Value, schema: &'a Value, target: &'a Value) -> Option<&'a str> {
    let referred =
        schema.get("$ref").and_then(Value::as_str).filter(|_| !std::ptr::eq(root, target));
    let title = target.get("title").and_then(Value::as_str);
    title.or_else(|| referred?.rsplit('/').next().filter(|name| !name.is_empty() && *name != "#"))
}

fn either(mut words: Vec<Phrase>, nullable: bool) -> Phrase {
    let phrase = match (words.pop(), words.is_empty()) {
        (None, _) => return Phrase::closed("nothing"),
        (Some(only), true) => only,
        (Some(last), false) => {
            words.push(last);
            let words: Vec<_> = words.into_iter().map(Phrase::alternative).collect();
            Phrase::open(words.join(" or "))
        }
    };
    if nullable { Phrase::closed(format!("optional {}", phrase.inner())) } else { phrase }
}

impl Phrase {
    /// The wording between two `or`s: `(list of text) or integer`.
    fn alternative(self) -> String {
        if self.is_open || self.text.contains(' ') { format!("({})", self.text) } else { self.text }
    }
}

fn closed_set(all: &[Choice], name: Option<&str>) -> Phrase {
    let nullable = all.iter().any(|choice| choice.value.is_null());
    let members: Vec<_> =
        all.iter().filter(|choice| !choice.value.is_null()).map(|c| member(&c.value)).collect();
    let joined = members.join("; ");
    let phrase = if members.is_empty() {
        return Phrase::closed("nothing");
    } else if joined.chars().count() <= SHORT && !joined.contains(['(', ')', '\n']) {
        Phrase::open(format!("one of: {joined}"))
    } else {
        match name {
            Some(name) => Phrase::closed(name),
            None => Phrase::open(format!("one of {} choices", members.len())),
        }
    };
    if nullable { Phrase::closed(format!("optional {}", phrase.inner())) } else { phrase }
}
