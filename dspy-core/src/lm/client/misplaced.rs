//! Content where a provider has no place for it.

use super::super::error::LmError;
use super::super::message::Part;
use super::model_name::ModelName;

/// The error for `part` in `place`, such as `a system message`.
pub(in crate::lm) fn misplaced(model: &ModelName, part: &Part, place: &str) -> LmError {
    let (what, home) = match part {
        Part::Text { .. } => ("text", "a user message"),
        Part::Image { .. } => ("an image", "a user message"),
        Part::Audio { .. } => ("audio", "a user message"),
        Part::File { .. } => ("a file", "a user message"),
        Part::ToolCall(_) => ("a tool call", "an assistant message"),
        Part::ToolResult(_) => ("a tool result", "a tool's message"),
        Part::Reasoning { .. } => ("reasoning", "an assistant message"),
    };
    model.unsupported(format!("{what} in {place}"), format!("put it into {home}"))
}
