//! A second opinion: whether a value is valid against a schema, by the letter of JSON Schema.

use serde_json::{Map, Value};

/// Why a value is not valid; nothing if it is.
pub(crate) fn fault(value: &Value, schema: &Value, root: &Value) -> Option<String> {
    let object = match schema {
        Value::Bool(true) => return None,
        Value::Object(object) => object,
        _ => return Some("nothing is allowed here".into()),
    };
    if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(&reference[1..]).expect("a reference that leads somewhere");
        if let Some(fault) = fault(value, target, root) {
            return Some(fault);
        }
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(Value::Array(parts)) = object.get(word)
            && parts.iter().all(|part| fault(value, part, root).is_some())
        {
            return Some(format!("{value} fits no alternative"));
        }
    }
    if object.get("const").is_some_and(|only| only != value) {
        return Some(format!("{value} is not the constant"));
    }
    if let Some(Value::Array(values)) = object.get("enum")
        && !values.contains(value)
    {
        return Some(format!("{value} is not listed"));
    }
    if let Some(kind) = object.get("type") {
        let fits = match kind {
            Value::String(kind) => is(value, kind),
            Value::Array(kinds) => kinds.iter().any(|kind| is(value, kind.as_str().unwrap())),
            _ => false,
        };
        if !fits {
            return Some(format!("{value} is no {kind}"));
        }
    }
    match value {
        Value::Number(_) => number(value, object),
        Value::String(text) => outside(text.chars().count(), object, "minLength", "maxLength"),
        Value::Array(items) => list(items, object, root),
        Value::Object(map) => entries(map, object, root),
        _ => None,
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("unknown type {other}"),
    }
}

fn number(value: &Value, schema: &Map<String, Value>) -> Option<String> {
    let number = value.as_f64().unwrap();
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let range = match schema.get("format").and_then(Value::as_str) {
        Some("int8") => -128.0..=127.0,
        Some("int32") => -2_147_483_648.0..=2_147_483_647.0,
        Some("uint8") => 0.0..=255.0,
        _ => f64::MIN..=f64::MAX,
    };
    let fits = range.contains(&number)
        && bound("minimum").is_none_or(|bound| number >= bound)
        && bound("maximum").is_none_or(|bound| number <= bound)
        && bound("exclusiveMinimum").is_none_or(|bound| number > bound)
        && bound("exclusiveMaximum").is_none_or(|bound| number < bound)
        && bound("multipleOf").is_none_or(|step| number % step == 0.0);
    (!fits).then(|| format!("{value} is out of bounds"))
}

fn outside(count: usize, schema: &Map<String, Value>, low: &str, high: &str) -> Option<String> {
    let bound = |key: &str| schema.get(key).and_then(Value::as_u64);
    let count = count as u64;
    let fits =
        bound(low).is_none_or(|low| count >= low) && bound(high).is_none_or(|high| count <= high);
    (!fits).then(|| format!("{count} breaks {low} or {high}"))
}

fn list(items: &[Value], schema: &Map<String, Value>, root: &Value) -> Option<String> {
    let prefix = schema.get("prefixItems").and_then(Value::as_array);
    for (index, item) in items.iter().enumerate() {
        let own = prefix.and_then(|prefix| prefix.get(index)).or_else(|| schema.get("items"));
        if let Some(fault) = own.and_then(|own| fault(item, own, root)) {
            return Some(fault);
        }
    }
    let unique = schema.get("uniqueItems").is_none_or(|unique| unique == false)
        || items.iter().enumerate().all(|(index, item)| !items[index + 1..].contains(item));
    if !unique {
        return Some("an item is repeated".into());
    }
    outside(items.len(), schema, "minItems", "maxItems")
}

fn entries(map: &Map<String, Value>, schema: &Map<String, Value>, root: &Value) -> Option<String> {
    for key in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        if !map.contains_key(key.as_str().unwrap()) {
            return Some(format!("{key} is missing"));
        }
    }
    let declared = schema.get("properties").and_then(Value::as_object);
    for (key, value) in map {
        let own = declared.and_then(|declared| declared.get(key));
        let own = own.or_else(|| {
            let (pattern, own) = schema.get("patternProperties")?.as_object()?.iter().next()?;
            assert_eq!(pattern, r"^-?\d+$", "the only pattern of the cases");
            key.parse::<i64>().ok().map(|_| own)
        });
        let own = own.or_else(|| schema.get("additionalProperties"));
        if let Some(fault) = own.and_then(|own| fault(value, own, root)) {
            return Some(fault);
        }
    }
    None
}
