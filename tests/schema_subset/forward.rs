//! From a value of a type to the form in which a provider's model would write it.

use serde_json::{Map, Value, json};

use crate::schema_subset::validator::validate;

/// The value as an instance of the rewritten schema, whose root holds it under `value` if `wrapped`.
pub(crate) fn forward(schema: &Value, wrapped: bool, value: &Value) -> Option<Value> {
    let sent = if wrapped {
        json!({"value": written(schema, &schema["properties"]["value"], value)?})
    } else {
        written(schema, schema, value)?
    };
    Some(sent)
}

fn written(root: &Value, schema: &Value, value: &Value) -> Option<Value> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = if reference == "#" { root } else { root.pointer(&reference[1..])? };
        return written(root, target, value);
    }
    if let Some(parts) = schema["anyOf"].as_array() {
        return parts.iter().find_map(|part| written(root, part, value));
    }
    let kind = schema["type"].as_str().or(schema["type"][0].as_str());
    let kind = kind.unwrap_or_default().to_lowercase();
    let says = schema["description"].as_str().unwrap_or_default();
    let candidate = match (kind.as_str(), value) {
        _ if is_word(schema, "null") && value.is_null() => json!("null"),
        _ if is_word(schema, "empty") => json!("empty"),
        ("string", value) if says.contains("as JSON in a text") => json!(value.to_string()),
        ("array", Value::Object(map)) => pairs(root, schema, map)?,
        ("array", Value::Array(items)) => {
            let part = |index: usize| {
                let prefix = schema["prefixItems"].get(index);
                prefix.unwrap_or(&schema["items"])
            };
            let items = items.iter().enumerate();
            items.map(|(at, item)| written(root, part(at), item)).collect::<Option<_>>()?
        }
        ("object", Value::Array(items)) => {
            let named = items.iter().enumerate().map(|(at, item)| {
                let key = format!("item{at}");
                let item = written(root, &schema["properties"][&key], item)?;
                Some((key, item))
            });
            Value::Object(named.collect::<Option<_>>()?)
        }
        ("object", Value::Object(map)) => object(root, schema, map)?,
        (_, value) => value.clone(),
    };
    validate(root, schema, &candidate).is_ok().then_some(candidate)
}

fn is_word(schema: &Value, word: &str) -> bool {
    schema["enum"] == json!([word])
}

fn object(root: &Value, schema: &Value, map: &Map<String, Value>) -> Option<Value> {
    let empty = Map::new();
    let declared = schema["properties"].as_object().unwrap_or(&empty);
    let mut sent = Map::new();
    let mut rest = Map::new();
    for (key, value) in map {
        if let Some(property) = declared.get(key) {
            match written(root, property, value) {
                Some(value) => drop(sent.insert(key.clone(), value)),
                // What is null may only be left out.
                None if value.is_null() => {}
                None => return None,
            }
        } else if let Some(property) = schema["additionalProperties"].as_object() {
            let value = written(root, &Value::Object(property.clone()), value)?;
            sent.insert(key.clone(), value);
        } else {
            rest.insert(key.clone(), value.clone());
        }
    }
    let others = declared.iter().find(|(key, schema)| {
        key.starts_with("others") && schema["items"]["properties"]["key"].is_object()
    });
    if let Some((key, property)) = others {
        sent.insert(key.clone(), pairs(root, property, &rest)?);
    } else if !rest.is_empty() {
        return None;
    }
    for key in schema["required"].as_array().into_iter().flatten() {
        sent.entry(key.as_str()?).or_insert(Value::Null);
    }
    Some(Value::Object(sent))
}

fn pairs(root: &Value, schema: &Value, map: &Map<String, Value>) -> Option<Value> {
    let pair = schema["items"]["properties"].as_object()?;
    let pairs = map.iter().map(|(key, value)| {
        let is_text = pair["key"]["type"].as_str()?.to_lowercase() == "string";
        let key = if is_text { json!(key) } else { json!(key.parse::<i64>().ok()?) };
        Some(json!({"key": key, "value": written(root, &pair["value"], value)?}))
    });
    pairs.collect()
}
