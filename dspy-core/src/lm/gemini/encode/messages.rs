//! Messages as turns of the Gemini API.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::super::client::{ModelName, object_arguments};
use super::super::super::error::LmError;
use super::super::super::message::{Message, Part, Role, ToolCall, ToolResult};
use super::super::family;
use super::super::pieces::{CALL_ID, PART, SIGNATURE, TEXT_SIGNATURE};
use super::media;

/// Google's word for a tool call that another model made and that therefore has no signature.
const FOREIGN_CALL: &str = "skip_thought_signature_validator";

/// What is said, apart by place.
pub(super) struct Conversation {
    /// The parts of the system instruction.
    pub(super) system: Vec<Value>,
    /// The turns, no two of the same role in a row.
    pub(super) turns: Vec<Value>,
}

pub(super) fn encode(
    model: &ModelName,
    messages: &[Arc<Message>],
) -> Result<Conversation, LmError> {
    let mut encoder = Encoder { model, system: Vec::new(), turns: Vec::new(), ids: HashSet::new() };
    for message in messages {
        encoder.add(message)?;
    }
    let turns = encoder.turns.into_iter();
    Ok(Conversation {
        system: encoder.system,
        turns: turns.map(|(role, parts)| json!({"role": role, "parts": parts})).collect(),
    })
}

struct Encoder<'a> {
    model: &'a ModelName,
    system: Vec<Value>,
    turns: Vec<(&'static str, Vec<Value>)>,
    /// The ids that the API itself gave to tool calls.
    ids: HashSet<&'a str>,
}

impl<'a> Encoder<'a> {
    fn add(&mut self, message: &'a Message) -> Result<(), LmError> {
        let (role, parts) = match message.role {
            Role::System => return self.add_system(message),
            Role::User => ("user", self.said(message, "a user message")?),
            Role::Tool => ("user", self.said(message, "a tool's message")?),
            Role::Assistant => ("model", self.answered(message)?),
        };
        match self.turns.last_mut() {
            _ if parts.is_empty() => {}
            Some((last, before)) if *last == role => before.extend(parts),
            _ => self.turns.push((role, parts)),
        }
        Ok(())
    }

    fn add_system(&mut self, message: &Message) -> Result<(), LmError> {
        if !self.turns.is_empty() {
            return Err(self.model.unsupported(
                "a system message within the conversation",
                "put it first, or make it a user message",
            ));
        }
        for part in &message.parts {
            match part {
                Part::Text { text } => self.system.push(json!({"text": text})),
                part => return Err(misplaced(self.model, part, "a system message")),
            }
        }
        Ok(())
    }

    fn said(&self, message: &Message, place: &str) -> Result<Vec<Value>, LmError> {
        message
            .parts
            .iter()
            .map(|part| match part {
                Part::ToolResult(result) => Ok(self.tool_result(result)),
                part if message.role == Role::Tool => Err(misplaced(self.model, part, place)),
                Part::Text { text } => Ok(json!({"text": text})),
                part => self.media(part, place),
            })
            .collect()
    }

    fn answered(&mut self, message: &'a Message) -> Result<Vec<Value>, LmError> {
        let mut parts = Vec::new();
        let mut signature = None;
        let mut called = false;
        for part in &message.parts {
            match part {
                Part::Text { text } if text.is_empty() => {}
                Part::Text { text } => {
                    let text = Map::from_iter([("text".to_owned(), (**text).into())]);
                    parts.push(signed(text, signature.take()));
                }
                Part::ToolCall(call) => {
                    parts.push(self.tool_call(call, !called));
                    called = true;
                }
                Part::Reasoning { text, opaque } => {
                    let own = |name: &str| opaque.as_ref().and_then(|opaque| opaque.get(name));
                    signature = own(TEXT_SIGNATURE).or(signature);
                    if let Some(part) = own(PART) {
                        parts.push(part.clone());
                    }
                    // Thoughts without a signature mean nothing to the API and stay behind.
                    if let Some(signature) = own(SIGNATURE) {
                        let thought = Map::from_iter([
                            ("text".to_owned(), text.as_str().into()),
                            ("thought".to_owned(), true.into()),
                        ]);
                        parts.push(signed(thought, Some(signature)));
                    }
                }
                part => parts.push(self.media(part, "an assistant message")?),
            }
        }
        Ok(parts)
    }

    fn tool_call(&mut self, call: &'a ToolCall, first: bool) -> Value {
        let own = |name: &str| call.opaque.as_ref().and_then(|opaque| opaque.get(name));
        let mut function = Map::new();
        if own(CALL_ID).and_then(Value::as_str) == Some(&call.id) {
            self.ids.insert(&call.id);
            function.insert("id".to_owned(), call.id.as_str().into());
        }
        function.insert("name".to_owned(), call.name.as_str().into());
        function.insert("args".to_owned(), object_arguments(&call.arguments));
        let part = Map::from_iter([("functionCall".to_owned(), function.into())]);
        let foreign = Value::from(FOREIGN_CALL);
        // The API signs the first call of a turn only.
        let wanted = first && family::wants_signatures(self.model);
        signed(part, own(SIGNATURE).or(wanted.then_some(&foreign)))
    }

    fn tool_result(&self, result: &ToolResult) -> Value {
        let mut response = Map::new();
        if self.ids.contains(result.call_id.as_str()) {
            response.insert("id".to_owned(), result.call_id.as_str().into());
        }
        response.insert("name".to_owned(), result.name.as_str().into());
        let outcome = if result.is_error { "error" } else { "result" };
        response.insert("response".to_owned(), json!({outcome: result.content}));
        json!({"functionResponse": response})
    }

    fn media(&self, part: &Part, place: &str) -> Result<Value, LmError> {
        match part {
            Part::Image { media } => media::part(self.model, "an image", media),
            Part::Audio { media } => media::part(self.model, "audio", media),
            Part::File { media } => media::part(self.model, "a file", media),
            part => Err(misplaced(self.model, part, place)),
        }
    }
}

fn signed(mut part: Map<String, Value>, signature: Option<&Value>) -> Value {
    if let Some(signature) = signature {
        part.insert(SIGNATURE.to_owned(), signature.clone());
    }
    part.into()
}

fn misplaced(model: &ModelName, part: &Part, place: &str) -> LmError {
    let (what, fix) = match part {
        Part::Text { .. } => ("text", "put it into a user message"),
        Part::Image { .. } => ("an image", "put it into a user message"),
        Part::Audio { .. } => ("audio", "put it into a user message"),
        Part::File { .. } => ("a file", "put it into a user message"),
        Part::ToolCall(_) => ("a tool call", "put it into an assistant message"),
        Part::Reasoning { .. } => ("reasoning", "put it into an assistant message"),
        Part::ToolResult(_) => ("a tool result", "put it into a tool's message"),
    };
    model.unsupported(format!("{what} in {place}"), fix)
}
