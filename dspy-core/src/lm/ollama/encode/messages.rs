//! Messages as Ollama wants them.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::super::client::{Located, ModelName, object_arguments, unread};
use super::super::super::error::LmError;
use super::super::super::message::{Media, Message, Part, Role, ToolCall, ToolResult};

pub(super) fn encode(model: &ModelName, messages: &[Arc<Message>]) -> Result<Vec<Value>, LmError> {
    let mut out = Vec::with_capacity(messages.len());
    for message in messages {
        add(model, message, &mut out)?;
    }
    Ok(out)
}

/// Each tool result is a message of its own; whatever else there is follows as one message.
fn add(model: &ModelName, message: &Message, out: &mut Vec<Value>) -> Result<(), LmError> {
    let (role, place) = match message.role {
        Role::System => ("system", "a system message"),
        Role::User => ("user", "a user message"),
        Role::Assistant => ("assistant", "an assistant message"),
        Role::Tool => ("tool", "a tool's message"),
    };
    let mut turn = Turn::default();
    let mut answered = false;
    for part in &message.parts {
        match (part, message.role) {
            (Part::Text { text }, Role::System | Role::User | Role::Assistant) => {
                turn.text.push_str(text);
            }
            (Part::Image { media }, Role::User) => turn.images.push(image(model, media)?.into()),
            (Part::Reasoning { text, .. }, Role::Assistant) => turn.thinking.push_str(text),
            (Part::ToolCall(call), Role::Assistant) => turn.calls.push(tool_call(call)),
            (Part::ToolResult(result), Role::User | Role::Tool) => {
                out.push(tool_result(result));
                answered = true;
            }
            (part, _) => return Err(misplaced(model, part, place)),
        }
    }
    if message.role != Role::Tool && !(answered && turn.is_empty()) {
        out.push(turn.into_message(role));
    }
    Ok(())
}

/// One message but for its role. The API keeps no order of its parts.
#[derive(Default)]
struct Turn {
    text: String,
    thinking: String,
    images: Vec<Value>,
    calls: Vec<Value>,
}

impl Turn {
    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.images.is_empty()
    }

    fn into_message(self, role: &str) -> Value {
        let mut message = Map::new();
        message.insert("role".to_owned(), role.into());
        message.insert("content".to_owned(), self.text.into());
        if !self.thinking.is_empty() {
            message.insert("thinking".to_owned(), self.thinking.into());
        }
        if !self.images.is_empty() {
            message.insert("images".to_owned(), self.images.into());
        }
        if !self.calls.is_empty() {
            message.insert("tool_calls".to_owned(), self.calls.into());
        }
        message.into()
    }
}

fn image<'a>(model: &ModelName, media: &'a Media) -> Result<&'a str, LmError> {
    if media.detail.as_deref().is_some_and(|detail| detail != "auto") {
        return Err(model.unsupported("`detail` of an image", "leave it out"));
    }
    match Located::of(media) {
        Located::Here(_, data) => Ok(data),
        Located::At(_) => {
            Err(model.unsupported("an image by address", "give its content in base64"))
        }
        Located::Uploaded(_) => {
            Err(model.unsupported("an image by file id", "give its content in base64"))
        }
        Located::Unread(file) => Err(unread(file)),
    }
}

fn tool_call(call: &ToolCall) -> Value {
    json!({
        "id": call.id,
        "function": {"name": call.name, "arguments": object_arguments(&call.arguments)},
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
    json!({
        "role": "tool",
        "tool_name": result.name,
        "tool_call_id": result.call_id,
        "content": content,
    })
}

fn misplaced(model: &ModelName, part: &Part, place: &str) -> LmError {
    let (what, fix) = match part {
        Part::Text { .. } => ("text", "put it into a user message"),
        Part::Image { .. } => ("an image", "put it into a user message"),
        Part::Audio { .. } => ("audio", "give its text, or ask a model of another provider"),
        Part::File { .. } => ("a file", "give its text, or ask a model of another provider"),
        Part::ToolCall(_) => ("a tool call", "put it into an assistant message"),
        Part::Reasoning { .. } => ("reasoning", "put it into an assistant message"),
        Part::ToolResult(_) => ("a tool result", "put it into a tool's message"),
    };
    model.unsupported(format!("{what} in {place}"), fix)
}
