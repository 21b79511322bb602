//! Messages as Chat Completions wants them.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::super::client::ModelName;
use super::super::super::error::LmError;
use super::super::super::message::{Message, Part, Role, ToolCall, ToolResult, text_of};
use super::media;

pub(super) fn encode(model: &ModelName, messages: &[Arc<Message>]) -> Result<Vec<Value>, LmError> {
    let mut out = Vec::with_capacity(messages.len());
    for message in messages {
        match message.role {
            Role::System => out.push(system(model, message)?),
            Role::User | Role::Tool => user_or_tool(model, message, &mut out)?,
            Role::Assistant => out.push(assistant(model, message)?),
        }
    }
    Ok(out)
}

fn system(model: &ModelName, message: &Message) -> Result<Value, LmError> {
    if let Some(part) = message.parts.iter().find(|part| !matches!(part, Part::Text { .. })) {
        return Err(misplaced(model, part, "a system message"));
    }
    Ok(json!({"role": "system", "content": message.text()}))
}

/// Each tool result is a message of its own; whatever else there is follows as one user message.
fn user_or_tool(model: &ModelName, message: &Message, out: &mut Vec<Value>) -> Result<(), LmError> {
    let mut said = Vec::new();
    let mut answered = false;
    for part in &message.parts {
        match part {
            Part::ToolResult(result) => {
                out.push(tool_result(result));
                answered = true;
            }
            part if message.role == Role::Tool => {
                return Err(misplaced(model, part, "a tool's message"));
            }
            part => said.push(part),
        }
    }
    if message.role == Role::User && !(said.is_empty() && answered) {
        out.push(json!({"role": "user", "content": content(model, &said)?}));
    }
    Ok(())
}

/// Text alone is sent as one string, which every server takes.
fn content(model: &ModelName, parts: &[&Part]) -> Result<Value, LmError> {
    let texts = || {
        parts.iter().map(|part| match part {
            Part::Text { text } => Some(&**text),
            _ => None,
        })
    };
    if let Some(text) = texts().collect::<Option<String>>() {
        return Ok(text.into());
    }
    parts
        .iter()
        .map(|part| match part {
            Part::Text { text } => Ok(json!({"type": "text", "text": text})),
            Part::Image { media } => media::image(model, media),
            Part::Audio { media } => media::audio(model, media),
            Part::File { media } => media::file(model, media),
            part => Err(misplaced(model, part, "a user message")),
        })
        .collect()
}

fn assistant(model: &ModelName, message: &Message) -> Result<Value, LmError> {
    let mut calls = Vec::new();
    let mut turn = Map::new();
    turn.insert("role".to_owned(), "assistant".into());
    for part in &message.parts {
        match part {
            Part::Text { .. } => {}
            Part::ToolCall(call) => calls.push(tool_call(call)),
            // Only what the servers that speak of it want back; the rest has no place here.
            Part::Reasoning { opaque, .. } => {
                if let Some(details) =
                    opaque.as_ref().and_then(|item| item.get("reasoning_details"))
                    && !model.own_host()
                {
                    turn.insert("reasoning_details".to_owned(), details.clone());
                }
            }
            part => return Err(misplaced(model, part, "an assistant message")),
        }
    }
    let text = text_of(&message.parts);
    let content = if text.is_empty() && !calls.is_empty() { Value::Null } else { text.into() };
    turn.insert("content".to_owned(), content);
    if !calls.is_empty() {
        turn.insert("tool_calls".to_owned(), calls.into());
    }
    Ok(turn.into())
}

fn tool_call(call: &ToolCall) -> Value {
    let arguments = match &call.arguments {
        // What the model wrote was no JSON; it is shown its own words.
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    json!({
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
    })
}

/// This API has no field for a tool that failed, so the text has to say it.
fn tool_result(result: &ToolResult) -> Value {
    let says_so =
        || result.content.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("error"));
    let content = if result.is_error && !says_so() {
        format!("error: {}", result.content)
    } else {
        result.content.clone()
    };
    json!({"role": "tool", "tool_call_id": result.call_id, "content": content})
}

fn misplaced(model: &ModelName, part: &Part, place: &str) -> LmError {
    let what = match part {
        Part::Text { .. } => "text",
        Part::Image { .. } => "an image",
        Part::Audio { .. } => "audio",
        Part::File { .. } => "a file",
        Part::ToolCall(_) => "a tool call",
        Part::ToolResult(_) => "a tool result",
        Part::Reasoning { .. } => "reasoning",
    };
    let fix = match part {
        Part::ToolResult(_) => "put it into a tool's message",
        Part::ToolCall(_) | Part::Reasoning { .. } => "put it into an assistant message",
        _ => "put it into a user message",
    };
    model.unsupported(format!("{what} in {place}"), fix)
}
