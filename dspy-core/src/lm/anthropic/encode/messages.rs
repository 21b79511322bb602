//! [`Conversation`]: messages as the Messages API wants them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::super::client::{ModelName, config, misplaced};
use super::super::super::error::LmError;
use super::super::super::message::{Message, Part, Role, ToolCall, ToolResult};
use super::media;

/// How many places of a request the provider caches at most.
const MOST_MARKS: usize = 4;

/// What stands above the conversation, and its turns, user and assistant by turns.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    pub(super) system: Vec<Value>,
    pub(super) turns: Vec<Value>,
}

impl Conversation {
    pub(super) fn of(model: &ModelName, messages: &[Arc<Message>]) -> Result<Self, LmError> {
        let mut whole = Self::default();
        let marks = messages.iter().filter(|message| message.cache).count();
        if marks > MOST_MARKS {
            return Err(config(format!(
                "{marks} messages are marked to be cached, and {} takes at most {MOST_MARKS}; \
                 mark fewer",
                model.label()
            )));
        }
        for (place, message) in messages.iter().enumerate() {
            let mut blocks = match message.role {
                Role::System => system(model, message)?,
                Role::User | Role::Tool => user(model, message)?,
                Role::Assistant => assistant(model, message)?,
            };
            if message.cache {
                mark(&mut blocks);
            }
            // The API refuses empty content with words that do not say where.
            if blocks.is_empty() {
                return Err(config(format!(
                    "message {place} has no content that can be sent; give it some text or leave \
                     it out"
                )));
            }
            whole.add(model, message.role, blocks)?;
        }
        if whole.turns.is_empty() {
            return Err(config("the request has no messages; give it at least one of a user"));
        }
        Ok(whole)
    }

    pub(super) fn ends_with_the_assistant(&self) -> bool {
        self.turns.last().is_some_and(|turn| turn["role"] == "assistant")
    }

    fn add(&mut self, model: &ModelName, role: Role, blocks: Vec<Value>) -> Result<(), LmError> {
        let role = match role {
            Role::System if self.turns.is_empty() => {
                self.system.extend(blocks);
                return Ok(());
            }
            Role::System => {
                return Err(model.unsupported(
                    "a system message after the first turn",
                    "put it before all others, or say it as a user",
                ));
            }
            Role::Assistant if self.turns.is_empty() => {
                return Err(model.unsupported(
                    "a conversation that the assistant begins",
                    "put a user message first",
                ));
            }
            Role::User | Role::Tool => "user",
            Role::Assistant => "assistant",
        };
        let last = self.turns.last_mut().filter(|turn| turn["role"] == role);
        match last.and_then(|turn| turn.get_mut("content")?.as_array_mut()) {
            Some(content) => content.extend(blocks),
            None => self.turns.push(json!({"role": role, "content": blocks})),
        }
        Ok(())
    }
}

fn system(model: &ModelName, message: &Message) -> Result<Vec<Value>, LmError> {
    let blocks = message.parts.iter().filter_map(|part| match part {
        Part::Text { text } => written(text).map(Ok),
        part => Some(Err(misplaced(model, part, "a system message"))),
    });
    blocks.collect()
}

/// Results of tools come first, whatever their place in the message: the API insists.
fn user(model: &ModelName, message: &Message) -> Result<Vec<Value>, LmError> {
    let mut results = Vec::new();
    let mut said = Vec::new();
    for part in &message.parts {
        match part {
            Part::ToolResult(result) => results.push(tool_result(result)),
            part if message.role == Role::Tool => {
                return Err(misplaced(model, part, "a tool's message"));
            }
            Part::Text { text } => said.extend(written(text)),
            Part::Image { media } => said.push(media::image(model, media)?),
            Part::File { media } => said.push(media::document(model, media)?),
            Part::Audio { .. } => {
                return Err(model.unsupported("audio", "give its transcript as text"));
            }
            part => return Err(misplaced(model, part, "a user message")),
        }
    }
    results.append(&mut said);
    Ok(results)
}

/// Thoughts stay where they were among the other blocks, but the first block of a turn that has
/// any must be one.
fn assistant(model: &ModelName, message: &Message) -> Result<Vec<Value>, LmError> {
    let mut blocks = Vec::with_capacity(message.parts.len());
    for part in &message.parts {
        match part {
            Part::Text { text } => blocks.extend(written(text)),
            Part::ToolCall(call) => blocks.push(tool_use(call)),
            Part::Reasoning { opaque, .. } => {
                blocks.extend(opaque.as_ref().filter(|item| is_thought(item)).cloned());
            }
            part => return Err(misplaced(model, part, "an assistant message")),
        }
    }
    if blocks.first().is_some_and(|block| !is_thought(block)) {
        // Stable, so neither thoughts nor the rest change their order.
        blocks.sort_by_key(|block| !is_thought(block));
    }
    Ok(blocks)
}

/// Whether it is one of this provider's thoughts, with the signature that lets it be sent back.
fn is_thought(block: &Value) -> bool {
    match block.get("type").and_then(Value::as_str) {
        Some("thinking") => block.get("signature").is_some_and(|signature| signature != ""),
        Some("redacted_thinking") => true,
        _ => false,
    }
}

fn written(text: &str) -> Option<Value> {
    (!text.is_empty()).then(|| json!({"type": "text", "text": text}))
}

fn tool_use(call: &ToolCall) -> Value {
    let input = match &call.arguments {
        Value::Object(_) => call.arguments.clone(),
        // What the model wrote was no object, and nothing else has a place here.
        other => json!({"invalid_arguments": other}),
    };
    json!({"type": "tool_use", "id": call.id, "name": call.name, "input": input})
}

fn tool_result(result: &ToolResult) -> Value {
    let mut block = json!({
        "type": "tool_result",
        "tool_use_id": result.call_id,
        "content": result.content,
    });
    if let Some(fields) = block.as_object_mut().filter(|_| result.is_error) {
        fields.insert("is_error".to_owned(), true.into());
    }
    block
}

/// Thoughts cannot carry the mark.
fn mark(blocks: &mut [Value]) {
    let last = blocks.iter_mut().rev().find(|block| !is_thought(block));
    if let Some(fields) = last.and_then(Value::as_object_mut) {
        fields.insert("cache_control".to_owned(), json!({"type": "ephemeral"}));
    }
}
