//! Words for constraints: what a value must keep to, apart from its type.

use serde_json::Value;

use super::describe::plain;
use super::format::format_of;

/// The constraints of a schema in words, such as `at least 0, at most 1`; `None` where there are
/// none.
///
/// Bounds, lengths, patterns and formats are told, those of a list's items after `each item`, and
/// at the end the schema's examples. How Rust stores a number (`int32`, `double`) is not.
///
/// ```
/// use dspy::schema::bounds_text;
/// use serde_json::json;
///
/// let tags = json!({"type": "array", "items": {"type": "string", "maxLength": 12}, "maxItems": 3});
/// assert_eq!(bounds_text(&tags).unwrap(), "at most 3 items, each item at most 12 characters");
///
/// let day = json!({"type": "string", "format": "date", "examples": ["1815-12-10"]});
/// assert_eq!(bounds_text(&day).unwrap(), "a date, such as 2024-01-31; for example: 1815-12-10");
/// ```
pub fn bounds_text(schema: &Value) -> Option<String> {
    let mut words = limits(schema);
    for (key, of_each) in [("items", "each item"), ("additionalProperties", "each value")] {
        let inner = schema.get(key).map(limits).unwrap_or_default();
        if !inner.is_empty() {
            words.push(format!("{of_each} {}", inner.join(" and ")));
        }
    }
    let mut text = words.join(", ");
    let examples = schema.get("examples").and_then(Value::as_array).filter(|all| !all.is_empty());
    if let Some(examples) = examples {
        let examples: Vec<_> = examples.iter().map(plain).collect();
        let separator = if text.is_empty() { "" } else { "; " };
        text = format!("{text}{separator}for example: {}", examples.join("; "));
    }
    (!text.is_empty()).then_some(text)
}

/// The constraints of the schema itself, each in words.
pub(super) fn limits(schema: &Value) -> Vec<String> {
    let mut words = Vec::new();
    for (least, most, unit) in [
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", "character"),
        ("minItems", "maxItems", "item"),
        ("minProperties", "maxProperties", "entry"),
    ] {
        // A tuple has as many items as it has.
        if unit == "item" && schema.get("prefixItems").is_some() {
            continue;
        }
        match (schema.get(least), schema.get(most)) {
            (Some(least), Some(most)) if least == most => {
                words.push(format!("exactly {}", counted(least, unit)));
            }
            (least, most) => {
                // A least number of 0 items says nothing.
                let least = least.filter(|least| unit.is_empty() || least.as_u64() != Some(0));
                words.extend(least.map(|least| format!("at least {}", counted(least, unit))));
                words.extend(most.map(|most| format!("at most {}", counted(most, unit))));
            }
        }
    }
    for (key, word) in [
        ("exclusiveMinimum", "greater than"),
        ("exclusiveMaximum", "less than"),
        ("multipleOf", "a multiple of"),
        ("pattern", "matching the pattern"),
    ] {
        words.extend(schema.get(key).map(|value| format!("{word} {}", plain(value))));
    }
    if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
        words.push("no item twice".to_owned());
    }
    words.extend(format(schema));
    words
}

fn counted(number: &Value, unit: &str) -> String {
    let number = plain(number);
    match (unit, number.as_str()) {
        ("", _) => number,
        (_, "1") => format!("1 {unit}"),
        ("entry", _) => format!("{number} entries"),
        _ => format!("{number} {unit}s"),
    }
}

/// The form of a text. Formats of numbers say how Rust stores them, not what to write.
fn format(schema: &Value) -> Option<String> {
    if let Some(known) = format_of(schema) {
        return Some(known.words.to_owned());
    }
    let is_text = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "string"),
        Some(kind) => kind == "string",
        None => true,
    };
    let other = schema.get("format").and_then(Value::as_str).filter(|_| is_text)?;
    Some(format!("in the format {other}"))
}
