//! One block of an answer's content.

use blake3::Hash;
use serde_json::Value;

use super::super::super::client::{arguments, made_up_id};
use super::super::super::message::{Part, ToolCall};

/// The part that a block is; `None` for blocks that have no place among parts, and for empty text.
/// `seed` tells this answer from every other.
pub(super) fn part(block: &Value, place: usize, seed: &impl Fn() -> Hash) -> Option<Part> {
    let text = |name: &str| block.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("type") {
        "text" => Some(text("text")).filter(|text| !text.is_empty()).map(Part::text),
        "thinking" | "redacted_thinking" => {
            Some(Part::Reasoning { text: text("thinking").to_owned(), opaque: Some(block.clone()) })
        }
        "tool_use" => {
            let id = match text("id") {
                "" => made_up_id(0, place, &seed()),
                id => id.to_owned(),
            };
            Some(Part::ToolCall(ToolCall::new(id, text("name"), arguments(block.get("input")))))
        }
        _ => None,
    }
}

/// Whether parts hold all that the block says.
pub(in super::super) fn is_plain(block: &Value) -> bool {
    match block.get("type").and_then(Value::as_str) {
        Some("text") => {
            let citations = block.get("citations").and_then(Value::as_array);
            citations.is_none_or(|citations| citations.is_empty())
        }
        Some("thinking" | "redacted_thinking" | "tool_use") => true,
        _ => false,
    }
}
