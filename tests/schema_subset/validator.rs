//! Whether a value is valid under a rewritten schema.

use serde_json::Value;

/// The fault of the value, if it has one.
pub(crate) fn validate(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let fault = |what: &str| Err(format!("{what}: {value} under {schema}"));
    if let Some(reference) = schema["$ref"].as_str() {
        let target = match reference {
            "#" => root,
            pointer => root.pointer(&pointer[1..]).ok_or("a reference to nowhere")?,
        };
        return validate(root, target, value);
    }
    if schema["nullable"] == true && value.is_null() {
        return Ok(());
    }
    if let Some(parts) = schema["anyOf"].as_array() {
        let fits = parts.iter().any(|part| validate(root, part, value).is_ok());
        return if fits { Ok(()) } else { fault("no alternative") };
    }
    if let Some(members) = schema["enum"].as_array()
        && !members.contains(value)
    {
        return fault("not a member");
    }
    let kinds: Vec<String> = match &schema["type"] {
        Value::String(kind) => vec![kind.to_lowercase()],
        Value::Array(kinds) => kinds.iter().map(|kind| kind.as_str().unwrap().to_owned()).collect(),
        _ => return Ok(()),
    };
    if !kinds.iter().any(|kind| is_of_kind(kind, value)) {
        return fault("another type");
    }
    match value {
        Value::Number(_) => {
            let number = value.as_f64().unwrap();
            if schema["minimum"].as_f64().is_some_and(|least| number < least)
                || schema["maximum"].as_f64().is_some_and(|most| number > most)
            {
                return fault("out of bounds");
            }
        }
        Value::Array(items) => {
            let count = items.len() as u64;
            if schema["minItems"].as_u64().is_some_and(|least| count < least)
                || schema["maxItems"].as_u64().is_some_and(|most| count > most)
            {
                return fault("another number of items");
            }
            for (index, item) in items.iter().enumerate() {
                let part = schema["prefixItems"].get(index).or(schema.get("items"));
                validate(root, part.ok_or("an item too many")?, item)?;
            }
        }
        Value::Object(map) => {
            for key in schema["required"].as_array().into_iter().flatten() {
                if !map.contains_key(key.as_str().unwrap()) {
                    return fault(&format!("without {key}"));
                }
            }
            for (key, value) in map {
                match (schema["properties"].get(key), schema.get("additionalProperties")) {
                    (Some(property), _) => validate(root, property, value)?,
                    (None, Some(rest @ Value::Object(_))) => validate(root, rest, value)?,
                    _ => return fault(&format!("with {key}")),
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn is_of_kind(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("the type {other}"),
    }
}
