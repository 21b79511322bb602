//! What tool calls of all providers need: arguments from texts, and ids where none came.

use serde_json::{Value, json};

/// Nine letters and digits, the one form that every server takes back. `seed` tells this answer
/// from every other.
pub(in crate::lm) fn made_up_id(index: usize, place: usize, seed: &blake3::Hash) -> String {
    let text = format!("{}/{index}/{place}", seed.to_hex());
    blake3::hash(text.as_bytes()).to_hex().chars().take(9).collect()
}

/// Arguments as a value; a text that is no JSON stays a text.
pub(in crate::lm) fn arguments(value: Option<&Value>) -> Value {
    match value {
        None | Some(Value::Null) => json!({}),
        Some(Value::String(text)) if text.trim().is_empty() => json!({}),
        Some(Value::String(text)) => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()))
        }
        Some(value) => value.clone(),
    }
}
