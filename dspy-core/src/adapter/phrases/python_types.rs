//! Types in Python's notation, and JSON Schemas as Python's libraries write them.

use serde_json::{Map, Value, json};

use crate::adapter::render::render_value;
use crate::schema::{choices, resolve};

/// Types within types that are spelled out.
const DEPTH: usize = 8;

/// A type as Python spells it: `list[str]`, `Union[int, NoneType]`, or the name of a type of the
/// user's own.
pub(super) fn type_name(schema: &Value) -> String {
    spelled(schema, schema, 0)
}

/// The name of the user's type that a schema is of.
pub(super) fn name(schema: &Value) -> Option<&str> {
    name_of(schema, schema)
}

fn name_of<'a>(root: &'a Value, schema: &'a Value) -> Option<&'a str> {
    let by_reference =
        schema.get("$ref").and_then(Value::as_str).and_then(|it| it.rsplit('/').next());
    let titled = || resolve(root, schema).get("title").and_then(Value::as_str);
    by_reference.or_else(titled).filter(|name| !name.contains(['[', ' ']))
}

fn spelled(root: &Value, schema: &Value, depth: usize) -> String {
    if depth > DEPTH {
        return "Any".to_owned();
    }
    let target = resolve(root, schema);
    let within = |inner: &Value| spelled(root, inner, depth + 1);
    let is_own = target.get("properties").is_some() || choices(root, target).is_some();
    if let Some(name) = name_of(root, schema).filter(|_| is_own) {
        return name.to_owned();
    }
    if let Some(all) = choices(root, target) {
        let quoted = all.iter().map(|choice| match &choice.value {
            Value::String(text) => quoted(text),
            other => render_value(other),
        });
        return format!("Literal[{}]", quoted.collect::<Vec<_>>().join(", "));
    }
    if let Some(parts) = alternatives(target) {
        let parts: Vec<String> = parts.iter().map(within).collect();
        return format!("Union[{}]", parts.join(", "));
    }
    let format = target.get("format").and_then(Value::as_str);
    match (target.get("type").and_then(Value::as_str), format) {
        (Some("string"), Some("date")) => "date".to_owned(),
        (Some("string"), Some("time" | "partial-time")) => "time".to_owned(),
        (Some("string"), Some("date-time" | "partial-date-time")) => "datetime".to_owned(),
        (Some("string"), Some("uuid")) => "UUID".to_owned(),
        (Some("string"), _) => "str".to_owned(),
        (Some("integer"), _) => "int".to_owned(),
        (Some("number"), _) => "float".to_owned(),
        (Some("boolean"), _) => "bool".to_owned(),
        (Some("null"), _) => "NoneType".to_owned(),
        (Some("array"), _) => match target.get("prefixItems").and_then(Value::as_array) {
            Some(items) => {
                let items: Vec<String> = items.iter().map(within).collect();
                format!("tuple[{}]", items.join(", "))
            }
            None => {
                let kind = if target.get("uniqueItems") == Some(&Value::Bool(true)) {
                    "set"
                } else {
                    "list"
                };
                target.get("items").map_or(kind.to_owned(), |it| format!("{kind}[{}]", within(it)))
            }
        },
        (Some("object"), _) => match target.get("additionalProperties") {
            Some(values) => format!("dict[str, {}]", within(values)),
            None => "dict".to_owned(),
        },
        _ => "Any".to_owned(),
    }
}

/// The parts of a union, whichever way it is written.
fn alternatives(schema: &Value) -> Option<Vec<Value>> {
    if let Some(parts) = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(*key)?.as_array()) {
        return Some(parts.clone());
    }
    let kinds = schema.get("type")?.as_array()?;
    let each = kinds.iter().map(|kind| {
        let mut part = schema.clone();
        if kind == "null" {
            return json!({"type": "null"});
        }
        if let Some(part) = part.as_object_mut() {
            part.insert("type".to_owned(), kind.clone());
        }
        part
    });
    Some(each.collect())
}

/// Quotes as a Python program would show a text.
fn quoted(text: &str) -> String {
    match (text.contains('\''), text.contains('"')) {
        (true, false) => format!("\"{text}\""),
        (true, true) => format!("'{}'", text.replace('\'', "\\'")),
        _ => format!("'{text}'"),
    }
}

/// A JSON Schema on one line, `type` first and other keys sorted, without what says how Rust stores
/// numbers.
pub(super) fn json_schema(schema: &Value) -> String {
    let mut schema = sorted(schema);
    // Only types with a name of the user's own have a title in Python.
    if schema.get("properties").is_none()
        && schema.get("enum").is_none()
        && let Some(object) = schema.as_object_mut()
    {
        object.shift_remove("title");
    }
    render_value(&schema)
}

fn sorted(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Object(object) => {
            if let (Some(Value::Array(_)), Some(parts)) = (object.get("type"), alternatives(schema))
            {
                return json!({"anyOf": parts.iter().map(sorted).collect::<Vec<_>>()});
            }
            let is_number =
                matches!(object.get("type").and_then(Value::as_str), Some("integer" | "number"));
            let mut entries: Vec<_> = object
                .iter()
                .filter(|(key, _)| *key != "$schema" && !(is_number && *key == "format"))
                .collect();
            entries.sort_by_key(|(key, _)| (*key != "type", key.as_str()));
            let entries = entries.into_iter().map(|(key, value)| (key.clone(), sorted(value)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}
