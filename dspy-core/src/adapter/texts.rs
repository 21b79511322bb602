//! Every text inside a JSON value.

use std::borrow::Cow;

use serde_json::Value;

/// The value with something done to every text in it, keys included.
pub(super) fn with_texts(value: Value, change: &impl Fn(&str) -> Cow<'_, str>) -> Value {
    match value {
        Value::String(text) => Value::String(changed(text, change)),
        Value::Array(items) => items.into_iter().map(|item| with_texts(item, change)).collect(),
        Value::Object(fields) => {
            let each = fields.into_iter();
            Value::Object(
                each.map(|(key, item)| (changed(key, change), with_texts(item, change))).collect(),
            )
        }
        other => other,
    }
}

fn changed(text: String, change: &impl Fn(&str) -> Cow<'_, str>) -> String {
    match change(&text) {
        Cow::Owned(changed) => changed,
        // Changed by leaving out its ends, or not at all.
        Cow::Borrowed(part) if part.len() < text.len() => part.to_owned(),
        Cow::Borrowed(_) => text,
    }
}
