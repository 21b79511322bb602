//! Values as readable text.

use dspy_core::signature::Fields;
use serde_json::Value;

/// A value as a person would write it: text as it is, the rest as JSON.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => {
            serde_json::to_string_pretty(value).unwrap_or_default()
        }
        scalar => scalar.to_string(),
    }
}

/// Fields in one line: the value alone where there is but one.
pub(super) fn line(fields: &Fields) -> String {
    let mut values = fields.iter();
    match (values.next(), values.next()) {
        (Some((_, only)), None) => plain(only),
        _ => fields
            .iter()
            .map(|(name, value)| format!("{name}: {}", plain(value)))
            .collect::<Vec<_>>()
            .join(" · "),
    }
}

/// An output in one line: of its fields those that are labelled, where some are.
pub(super) fn answer(output: &Value, label: &Fields) -> String {
    let Some(fields) = output.as_object() else {
        return if output.is_null() { String::new() } else { plain(output) };
    };
    let labelled: Fields = fields
        .iter()
        .filter(|(name, _)| label.contains_key(name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    line(if labelled.is_empty() { fields } else { &labelled })
}

/// A text's beginning.
pub(super) fn brief(text: &str, most: usize) -> String {
    let mut letters = text.chars();
    let mut short: String = letters.by_ref().take(most).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

/// A parameter's value as lines that can be compared: one field or entry each.
pub(super) fn lines(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Array(entries) => {
            let entry = |(place, entry): (usize, &Value)| match entry {
                Value::Object(fields) => format!("{}.\n{}", place + 1, object(fields, "  ")),
                other => plain(other),
            };
            entries.iter().enumerate().map(entry).collect::<Vec<_>>().join("\n")
        }
        Value::Object(fields) => object(fields, ""),
        other => plain(other),
    }
}

fn object(fields: &Fields, indent: &str) -> String {
    let field = |(name, value): (&String, &Value)| {
        let text = plain(value).replace('\n', &format!("\n{indent}  "));
        format!("{indent}{name}: {text}")
    };
    fields.iter().map(field).collect::<Vec<_>>().join("\n")
}
