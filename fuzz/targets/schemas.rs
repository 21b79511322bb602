//! The schemas that the first byte of an input chooses from.

use serde_json::{Value, json};

/// The schema, and the text that the rest of the input is.
pub fn split(data: &[u8]) -> Option<(Value, String)> {
    let (first, text) = data.split_first()?;
    let mut schemas = all();
    let chosen = usize::from(*first) % schemas.len();
    Some((schemas.swap_remove(chosen), String::from_utf8_lossy(text).into_owned()))
}

fn all() -> Vec<Value> {
    let person = json!({
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer"},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["name", "age", "tags"],
    });
    let priority = json!({"oneOf": [
        {"const": "LOW", "description": "can wait"},
        {"const": "MEDIUM", "description": "soon"},
        {"const": "HIGH", "description": "drop everything"},
    ]});
    vec![
        person.clone(),
        json!({"type": "array", "items": person}),
        json!({
            "type": "object",
            "properties": {
                "title": {"type": "string"},
                "priority": priority,
                "done": {"type": "boolean"},
                "email": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": null},
                "total": {"type": "number", "minimum": 0},
                "more": {"type": "object", "additionalProperties": {"type": "integer"}},
            },
            "required": ["title", "priority", "done"],
            "additionalProperties": false,
        }),
        json!({
            "$ref": "#/$defs/Tree",
            "$defs": {"Tree": {
                "type": "object",
                "properties": {
                    "value": {"type": "integer"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
                },
                "required": ["value", "children"],
            }},
        }),
        json!({"oneOf": [
            {
                "type": "object",
                "properties": {"kind": {"const": "circle"}, "radius": {"type": "number"}},
                "required": ["kind", "radius"],
            },
            {
                "type": "object",
                "properties": {"kind": {"const": "box"}, "name": {"type": "string"}},
                "required": ["kind", "name"],
            },
        ]}),
        json!({"anyOf": [{"type": "integer"}, {"type": "boolean"}, {"type": "array", "items": {"enum": ["a", "b"]}}]}),
        json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2, "maxItems": 2}),
        json!({"type": "object", "additionalProperties": {"type": "integer"}}),
        json!({"type": "array", "items": {"type": "integer", "format": "uint8", "minimum": 0, "maximum": 255}, "uniqueItems": true}),
        json!({"type": ["string", "null"]}),
        json!({"type": "object", "properties": {"body": {"type": "string", "maxLength": 40}}, "required": ["body"]}),
        priority_root(),
        json!({"type": "integer", "format": "int64"}),
        json!({"type": "number"}),
        json!({"type": "boolean"}),
        json!(true),
    ]
}

fn priority_root() -> Value {
    json!({"type": "string", "enum": ["OK", "NOT_OK", "in_progress"]})
}
