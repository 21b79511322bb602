//! The JSON Schema of an answer: an object with a property for each output.

use serde_json::{Map, Value, json};

use crate::adapter::found::is_required;
use crate::signature::Field;

/// Keys whose values are data and no schemas.
const DATA: [&str; 4] = ["const", "enum", "default", "examples"];

/// An object of the outputs in their order, with all definitions under its own `$defs`.
pub(super) fn object_schema(outputs: &[Field]) -> Value {
    let mut definitions = Map::new();
    let mut properties = Map::new();
    for field in outputs {
        properties.insert(field.name().to_owned(), property(field, &mut definitions));
    }
    let required: Vec<&str> =
        outputs.iter().filter(|field| is_required(field)).map(Field::name).collect();
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    if let (Some(object), false) = (schema.as_object_mut(), definitions.is_empty()) {
        object.insert("$defs".to_owned(), Value::Object(definitions));
    }
    schema
}

/// A field's schema as a part of the object's.
fn property(field: &Field, definitions: &mut Map<String, Value>) -> Value {
    let mut schema = match field.form() {
        Some(form) if field.is_nullable() => {
            json!({"anyOf": [form.answer_schema(), {"type": "null"}]})
        }
        Some(form) => form.answer_schema(),
        None => field.schema().clone(),
    };
    let mut own = match schema.as_object_mut().and_then(|object| object.shift_remove("$defs")) {
        Some(Value::Object(own)) => own,
        _ => Map::new(),
    };
    // Types of one name and different content keep apart by their field's name.
    let clashes = own.iter().any(|(name, own)| definitions.get(name).is_some_and(|d| d != own));
    let suffix = if clashes { format!("_{}", field.name()) } else { String::new() };
    if refers_to_root(&schema) || own.values().any(refers_to_root) {
        // A type within itself needs a name.
        let title = schema.get("title").and_then(Value::as_str).unwrap_or("Root");
        let name = format!("{title}_{}", field.name());
        let root = std::mem::replace(&mut schema, json!({"$ref": "#"}));
        own.insert(name.clone(), root);
        redirect(&mut schema, &name, "");
        for (key, mut definition) in own {
            let is_root = key == name;
            redirect(&mut definition, &name, &suffix);
            let key = if is_root { key } else { format!("{key}{suffix}") };
            definitions.insert(key, definition);
        }
    } else {
        redirect(&mut schema, "", &suffix);
        for (key, mut definition) in own {
            redirect(&mut definition, "", &suffix);
            definitions.insert(format!("{key}{suffix}"), definition);
        }
    }
    if let Some(object) = schema.as_object_mut() {
        if !field.desc().is_empty() {
            object.insert("description".to_owned(), field.desc().into());
        }
        if let Some(default) = field.default_value() {
            object.insert("default".to_owned(), default.clone());
        }
    }
    schema
}

fn refers_to_root(schema: &Value) -> bool {
    match schema {
        Value::Object(object) => object.iter().any(|(key, value)| match key.as_str() {
            "$ref" => value == "#",
            key => !DATA.contains(&key) && refers_to_root(value),
        }),
        Value::Array(items) => items.iter().any(refers_to_root),
        _ => false,
    }
}

/// Points references to the root at the definition `root`, and others at names with a suffix.
fn redirect(schema: &mut Value, root: &str, suffix: &str) {
    match schema {
        Value::Object(object) => {
            for (key, value) in object.iter_mut() {
                match (key.as_str(), &mut *value) {
                    ("$ref", Value::String(target)) if target == "#" => {
                        *target = format!("#/$defs/{root}");
                    }
                    ("$ref", Value::String(target)) if target.starts_with("#/$defs/") => {
                        target.push_str(suffix);
                    }
                    (key, value) if !DATA.contains(&key) => redirect(value, root, suffix),
                    _ => {}
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, root, suffix)),
        _ => {}
    }
}
