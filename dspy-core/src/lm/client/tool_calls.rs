//! What tool calls of all providers need: arguments from texts, and ids where none came.

use serde_json::{Value, json};

use super::super::error::LmError;
use super::super::request::{Request, ToolChoice};
use super::config;

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

/// Arguments for an API that takes objects only: a text that is no JSON stands in one.
pub(in crate::lm) fn object_arguments(arguments: &Value) -> Value {
    match arguments {
        Value::Object(_) => arguments.clone(),
        Value::Null => json!({}),
        other => json!({"arguments": other}),
    }
}

/// Refuses a choice that the request's own tools cannot meet.
pub(in crate::lm) fn check_choice(request: &Request) -> Result<(), LmError> {
    match &request.tool_choice {
        ToolChoice::Required if request.tools.is_empty() => {
            Err(config("the request requires a tool call but offers no tool; add tools"))
        }
        ToolChoice::Tool(name) if !request.tools.iter().any(|tool| tool.name == *name) => {
            Err(config(format!(
                "the request requires the tool `{name}` but does not offer it; add it to the tools"
            )))
        }
        _ => Ok(()),
    }
}
