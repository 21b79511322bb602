//! Messages as the conventions write them: roles and typed parts, as JSON.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::message::{Media, MediaSource, Message, Part, Role};
use super::super::request::ResponseFormat;
use super::super::response::Completion;
use super::finish;

pub(super) fn output_type(format: &ResponseFormat) -> &'static str {
    match format {
        ResponseFormat::Text => "text",
        ResponseFormat::JsonObject | ResponseFormat::JsonSchema { .. } => "json",
    }
}

pub(super) fn input(messages: &[Arc<Message>]) -> Value {
    let message = |message: &Arc<Message>| {
        let role = match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
        };
        json!({"role": role, "parts": parts(&message.parts)})
    };
    messages.iter().map(message).collect()
}

pub(super) fn output(completions: &[Completion]) -> Value {
    let message = |completion: &Completion| {
        json!({
            "role": "assistant",
            "parts": parts(&completion.parts),
            "finish_reason": finish(&completion.finish),
        })
    };
    completions.iter().map(message).collect()
}

fn parts(parts: &[Part]) -> Value {
    let part = |part: &Part| match part {
        Part::Text { text } => json!({"type": "text", "content": text}),
        Part::Image { media } => of_media("image", media),
        Part::Audio { media } => of_media("audio", media),
        Part::File { media } => of_media("file", media),
        Part::ToolCall(call) => json!({
            "type": "tool_call", "id": call.id, "name": call.name, "arguments": call.arguments,
        }),
        Part::ToolResult(result) => json!({
            "type": "tool_call_response", "id": result.call_id, "response": result.content,
        }),
        Part::Reasoning { text, .. } => json!({"type": "reasoning", "content": text}),
    };
    parts.iter().map(part).collect()
}

/// Media by where they are. Bytes have no place in a trace: only their length is said.
fn of_media(modality: &str, media: &Media) -> Value {
    let mime = &media.mime;
    match &media.source {
        MediaSource::Url(url) => {
            json!({"type": "uri", "modality": modality, "mime_type": mime, "uri": url})
        }
        MediaSource::FileId(id) => {
            json!({"type": "file", "modality": modality, "mime_type": mime, "file_id": id})
        }
        MediaSource::Local(file) => {
            let path = file.path.display().to_string();
            json!({"type": "file", "modality": modality, "mime_type": mime, "path": path})
        }
        MediaSource::Base64(data) => json!({
            "type": "blob", "modality": modality, "mime_type": mime, "base64_length": data.len(),
        }),
    }
}
