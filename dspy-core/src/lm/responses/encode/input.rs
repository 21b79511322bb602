//! [`Input`]: messages as instructions and items.

use std::mem;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::super::client::{ModelName, config, misplaced};
use super::super::super::error::LmError;
use super::super::super::message::{Message, Part, Role, ToolCall, ToolResult};
use super::media;

/// What stands above the conversation, and what was said, called and thought in it.
#[derive(Debug, Default)]
pub(super) struct Input {
    pub(super) instructions: Option<String>,
    pub(super) items: Vec<Value>,
}

impl Input {
    pub(super) fn of(model: &ModelName, messages: &[Arc<Message>]) -> Result<Self, LmError> {
        let mut input = Self::default();
        for message in messages {
            match message.role {
                Role::System => input.system(model, message)?,
                Role::User | Role::Tool => input.user(model, message)?,
                Role::Assistant => input.assistant(model, message)?,
            }
        }
        if input.items.is_empty() {
            return Err(config("the request has no messages; give it at least one of a user"));
        }
        Ok(input)
    }

    fn system(&mut self, model: &ModelName, message: &Message) -> Result<(), LmError> {
        if let Some(part) = message.parts.iter().find(|part| !matches!(part, Part::Text { .. })) {
            return Err(misplaced(model, part, "a system message"));
        }
        let text = message.text();
        if !self.items.is_empty() {
            self.items.push(said("system", text));
            return Ok(());
        }
        match &mut self.instructions {
            Some(instructions) => {
                instructions.push_str("\n\n");
                instructions.push_str(&text);
            }
            none => *none = Some(text),
        }
        Ok(())
    }

    /// Each tool result is an item of its own; whatever else there is follows as one message.
    fn user(&mut self, model: &ModelName, message: &Message) -> Result<(), LmError> {
        let mut content = Vec::new();
        let mut answered = false;
        for part in &message.parts {
            match part {
                Part::ToolResult(result) => {
                    self.items.push(tool_result(result));
                    answered = true;
                }
                part if message.role == Role::Tool => {
                    return Err(misplaced(model, part, "a tool's message"));
                }
                Part::Text { text } => content.push(json!({"type": "input_text", "text": text})),
                Part::Image { media } => content.push(media::image(media)?),
                Part::File { media } => content.push(media::file(media)?),
                Part::Audio { .. } => {
                    return Err(model.unsupported(
                        "audio in the Responses API",
                        "ask the model by Chat Completions as `openai/NAME`",
                    ));
                }
                part => return Err(misplaced(model, part, "a user message")),
            }
        }
        if message.role == Role::Tool || (content.is_empty() && answered) {
            return Ok(());
        }
        let only_text = content.iter().all(|item| item["type"] == "input_text");
        // Text alone is sent as one string, which every server takes.
        self.items.push(match only_text {
            true => said("user", message.text()),
            false => json!({"role": "user", "content": content}),
        });
        Ok(())
    }

    fn assistant(&mut self, model: &ModelName, message: &Message) -> Result<(), LmError> {
        let mut text = String::new();
        let mut silent = true;
        for part in &message.parts {
            let item = match part {
                Part::Text { text: more } => {
                    text.push_str(more);
                    continue;
                }
                Part::ToolCall(call) => tool_call(call),
                Part::Reasoning { opaque, .. } => {
                    match opaque.as_ref().and_then(|item| thought(model, item)) {
                        Some(item) => item,
                        None => continue,
                    }
                }
                part => return Err(misplaced(model, part, "an assistant message")),
            };
            if !text.is_empty() {
                self.items.push(answered(mem::take(&mut text)));
            }
            self.items.push(item);
            silent = false;
        }
        if silent || !text.is_empty() {
            self.items.push(answered(text));
        }
        Ok(())
    }
}

fn said(role: &str, text: String) -> Value {
    json!({"role": role, "content": text})
}

/// In full: some servers do not take an assistant's turn in the short form.
fn answered(text: String) -> Value {
    let content = json!([{"type": "output_text", "text": text}]);
    json!({"type": "message", "role": "assistant", "content": content})
}

/// A reasoning item as it came. OpenAI keeps nothing of it and cannot read it unencrypted.
fn thought(model: &ModelName, item: &Value) -> Option<Value> {
    let fields = item.as_object().filter(|item| item.get("type").is_some_and(|t| t == "reasoning"));
    let encrypted =
        |item: &Map<String, Value>| item.get("encrypted_content").is_some_and(Value::is_string);
    let mut fields = fields.filter(|item| !model.own_host() || encrypted(item))?.clone();
    // Fields without a value may come, but are refused when they go back.
    fields.retain(|_, value| !value.is_null());
    Some(fields.into())
}

fn tool_call(call: &ToolCall) -> Value {
    let arguments = match &call.arguments {
        // What the model wrote was no JSON; it is shown its own words.
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    json!({
        "type": "function_call",
        "call_id": call.id,
        "name": call.name,
        "arguments": arguments,
    })
}

/// This API has no field for a tool that failed, so the text has to say it.
fn tool_result(result: &ToolResult) -> Value {
    let says_so =
        || result.content.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("error"));
    let output = if result.is_error && !says_so() {
        format!("error: {}", result.content)
    } else {
        result.content.clone()
    };
    json!({"type": "function_call_output", "call_id": result.call_id, "output": output})
}
