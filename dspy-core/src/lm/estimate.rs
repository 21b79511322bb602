//! How many tokens a call may need, before it is made.

use super::message::Part;
use super::request::{Request, ResponseFormat};

/// Bytes that are taken for one token: four letters of English, a little more than one Chinese
/// character.
const TOKEN: usize = 4;
/// Tokens of one message beside its content.
const MESSAGE: u64 = 4;
/// Tokens that an image, a sound or a file is taken for.
const MEDIA: u64 = 1500;

/// Tokens of texts of so many bytes together.
pub(super) fn tokens_of(bytes: usize) -> u64 {
    bytes.div_ceil(TOKEN) as u64
}

/// Tokens of several texts.
pub(super) fn tokens_of_texts(texts: &[String]) -> u64 {
    texts.iter().map(|text| tokens_of(text.len())).sum()
}

/// Tokens of a request's prompt: messages, tools and the schema of the answer.
pub(super) fn prompt_tokens(request: &Request) -> u64 {
    let messages: u64 = request
        .messages
        .iter()
        .map(|message| MESSAGE + message.parts.iter().map(part).sum::<u64>())
        .sum();
    let tools: usize = request
        .tools
        .iter()
        .map(|tool| tool.name.len() + tool.description.len() + tool.parameters.to_string().len())
        .sum();
    let schema = match &request.response_format {
        ResponseFormat::JsonSchema { schema, .. } => schema.to_string().len(),
        _ => 0,
    };
    messages + tokens_of(tools + schema)
}

/// The most tokens that a request's answers can have; `assumed` for each answer without a limit.
pub(super) fn answer_tokens(request: &Request, assumed: u64) -> u64 {
    let each = request.settings.max_tokens.unwrap_or(assumed);
    each.saturating_mul(u64::from(request.settings.n.unwrap_or(1)))
}

fn part(part: &Part) -> u64 {
    match part {
        Part::Text { text } => tokens_of(text.len()),
        Part::Image { .. } | Part::Audio { .. } | Part::File { .. } => MEDIA,
        Part::ToolCall(call) => tokens_of(call.name.len() + call.arguments.to_string().len()),
        Part::ToolResult(result) => tokens_of(result.content.len()),
        Part::Reasoning { text, opaque } => {
            tokens_of(text.len() + opaque.as_ref().map_or(0, |item| item.to_string().len()))
        }
    }
}
