//! [`MessagePieces`]: the events of a streamed answer of the Messages API.

use serde_json::{Map, Value};

use super::super::client::{Assembly, CallKey, Fault, Pieces, error_in};
use super::decode::{PLACED, is_plain, normalized};

/// Reads the events of one answer.
#[derive(Debug, Default)]
pub struct MessagePieces {
    blocks: Vec<Block>,
    /// The counts so far: each word on one replaces the one before.
    usage: Map<String, Value>,
}

/// One block of the content so far.
#[derive(Debug)]
struct Block {
    number: u64,
    fields: Map<String, Value>,
    /// A tool's arguments, as far as they came in pieces.
    input: String,
    open: bool,
}

impl Pieces for MessagePieces {
    fn take(&mut self, event: &str, data: &str, to: &mut Assembly) -> Result<(), Fault> {
        if data.trim().is_empty() {
            return Ok(());
        }
        let piece: Value = serde_json::from_str(data).map_err(|error| {
            Fault::Unreadable(format!("a piece of the stream is no JSON ({error})"))
        })?;
        let kind = match text(&piece, "type") {
            "" => event,
            kind => kind,
        };
        if kind == "error" || error_in(&piece).is_some() {
            return Err(Fault::Reported(error_in(&piece).unwrap_or(&piece).clone()));
        }
        let number = piece.get("index").and_then(Value::as_u64).unwrap_or(0);
        match kind {
            "message_start" => {
                let message = piece.get("message").unwrap_or(&Value::Null);
                to.model(text(message, "model"));
                to.id(text(message, "id"));
                note_rest(message, to);
                self.count(message.get("usage"), to);
            }
            "content_block_start" => {
                let start = piece.get("content_block").and_then(Value::as_object);
                self.begin(number, start.cloned().unwrap_or_default(), to);
            }
            "content_block_delta" => {
                self.grow(number, piece.get("delta").unwrap_or(&Value::Null), to);
            }
            "content_block_stop" => {
                if let Some(block) = self.blocks.iter_mut().find(|block| block.number == number) {
                    block.close(to);
                }
            }
            "message_delta" => {
                let delta = piece.get("delta").unwrap_or(&Value::Null);
                note_rest(delta, to);
                if let Some(word) = delta.get("stop_reason").and_then(Value::as_str) {
                    to.finish(0, Some(word).filter(|word| !word.is_empty()));
                }
                self.count(piece.get("usage"), to);
            }
            "message_stop" => self.end(to),
            _ => {}
        }
        Ok(())
    }
}

impl MessagePieces {
    fn begin(&mut self, number: u64, fields: Map<String, Value>, to: &mut Assembly) {
        let block = Value::Object(fields);
        match text(&block, "type") {
            "text" => to.text(0, text(&block, "text")),
            "thinking" => to.reasoning(0, text(&block, "thinking")),
            "tool_use" => {
                let key = CallKey::Number(number);
                to.tool_call(0, key, text(&block, "id"), text(&block, "name"), "");
            }
            _ => {}
        }
        let Value::Object(fields) = block else { return };
        self.blocks.push(Block { number, fields, input: String::new(), open: true });
    }

    fn grow(&mut self, number: u64, delta: &Value, to: &mut Assembly) {
        let (kind, field) = match text(delta, "type") {
            "text_delta" => ("text", "text"),
            "thinking_delta" => ("thinking", "thinking"),
            "signature_delta" => ("thinking", "signature"),
            "input_json_delta" => ("tool_use", "partial_json"),
            "citations_delta" => ("text", "citation"),
            _ => return,
        };
        if !self.blocks.iter().any(|block| block.number == number) {
            // Its beginning did not come; the delta tells what it is.
            let fields = Map::from_iter([("type".to_owned(), kind.into())]);
            self.begin(number, fields, to);
        }
        let Some(block) = self.blocks.iter_mut().find(|block| block.number == number) else {
            return;
        };
        let piece = text(delta, field);
        match field {
            "partial_json" => {
                block.input.push_str(piece);
                // The provider's own tools are called in the same way, but not by us.
                if block.is("tool_use") {
                    to.tool_call(0, CallKey::Number(number), "", "", piece);
                }
            }
            "citation" => block.cite(delta.get("citation")),
            field => {
                block.append(field, piece);
                match field {
                    "text" => to.text(0, piece),
                    "thinking" => to.reasoning(0, piece),
                    _ => {}
                }
            }
        }
    }

    fn count(&mut self, usage: Option<&Value>, to: &mut Assembly) {
        let Some(usage) = usage.and_then(Value::as_object) else { return };
        let said = usage.iter().filter(|(_, value)| !value.is_null());
        self.usage.extend(said.map(|(name, value)| (name.clone(), value.clone())));
        to.usage(normalized(&Value::Object(self.usage.clone())));
    }

    fn end(&mut self, to: &mut Assembly) {
        self.blocks.iter_mut().for_each(|block| block.close(to));
        let blocks = std::mem::take(&mut self.blocks).into_iter();
        let content: Vec<Value> = blocks.map(|block| Value::Object(block.fields)).collect();
        if !content.iter().all(is_plain) {
            to.rest("content", content.into());
        }
        // An answer may have no block at all.
        to.close_part(0);
        to.end();
    }
}

impl Block {
    fn is(&self, kind: &str) -> bool {
        self.fields.get("type").is_some_and(|word| word == kind)
    }

    fn append(&mut self, field: &str, piece: &str) {
        match self.fields.get_mut(field) {
            Some(Value::String(text)) => text.push_str(piece),
            _ => {
                self.fields.insert(field.to_owned(), piece.into());
            }
        }
    }

    fn cite(&mut self, citation: Option<&Value>) {
        let Some(citation) = citation else { return };
        match self.fields.get_mut("citations") {
            Some(Value::Array(all)) => all.push(citation.clone()),
            _ => {
                self.fields.insert("citations".to_owned(), vec![citation.clone()].into());
            }
        }
    }

    /// The block is whole: a part of its own.
    fn close(&mut self, to: &mut Assembly) {
        if !std::mem::take(&mut self.open) {
            return;
        }
        if !self.input.is_empty() {
            let input = serde_json::from_str(&self.input);
            let input = input.unwrap_or_else(|_| std::mem::take(&mut self.input).into());
            self.fields.insert("input".to_owned(), input);
        }
        if self.is("thinking") || self.is("redacted_thinking") {
            to.opaque_reasoning(0, Value::Object(self.fields.clone()));
        } else if self.is("tool_use") {
            // Some servers send the arguments whole, with the beginning of the block.
            let whole = self.fields.get("input").filter(|input| input.is_object());
            if let Some(input) = whole.filter(|_| self.input.is_empty()) {
                to.tool_call(0, CallKey::Number(self.number), "", "", &input.to_string());
            }
            to.close_tool_calls(0);
        } else {
            to.close_part(0);
        }
    }
}

fn note_rest(fields: &Value, to: &mut Assembly) {
    for (name, value) in fields.as_object().into_iter().flatten() {
        if !PLACED.contains(&name.as_str()) {
            to.rest(name, value.clone());
        }
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
