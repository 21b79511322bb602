//! [`ItemPieces`]: the events of a streamed answer of the Responses API.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::client::{Assembly, CallKey, Fault, Pieces, error_in};
use super::super::message::Part;
use super::decode::{Item, failure, finish_word, is_plain, normalized, rest, thoughts};

/// Reads the events of one answer.
#[derive(Debug, Default)]
pub struct ItemPieces {
    /// By the server's number of the item.
    items: BTreeMap<u64, Progress>,
    output: Vec<Value>,
}

/// How far one item of the output has come.
#[derive(Debug, Default)]
struct Progress {
    /// Whether its text or thoughts came in pieces; then the whole is no news.
    begun: bool,
    done: bool,
}

impl Pieces for ItemPieces {
    fn take(&mut self, event: &str, data: &str, to: &mut Assembly) -> Result<(), Fault> {
        // Not of this API, but some servers close every stream with it.
        if matches!(data.trim(), "" | "[DONE]") {
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
        let number = piece.get("output_index").and_then(Value::as_u64).unwrap_or(0);
        let delta = text(&piece, "delta");
        match kind {
            "response.output_text.delta" => {
                self.progress(number).begun = true;
                to.text(0, delta);
            }
            "response.refusal.delta" => {
                self.progress(number).begun = true;
                to.refused(0);
                to.text(0, delta);
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                self.progress(number).begun = true;
                to.reasoning(0, delta);
            }
            "response.reasoning_summary_part.added" if self.progress(number).begun => {
                to.reasoning(0, "\n\n");
            }
            "response.content_part.done" => to.close_part(0),
            "response.output_item.done" => {
                self.finish_item(number, piece.get("item").unwrap_or(&Value::Null), to);
            }
            "response.created" | "response.in_progress" => {
                let response = piece.get("response").unwrap_or(&Value::Null);
                to.model(text(response, "model"));
                to.id(text(response, "id"));
            }
            "response.completed"
            | "response.incomplete"
            | "response.failed"
            | "response.cancelled" => {
                return self.end(kind, piece.get("response").unwrap_or(&Value::Null), to);
            }
            _ => {}
        }
        Ok(())
    }
}

impl ItemPieces {
    fn progress(&mut self, number: u64) -> &mut Progress {
        self.items.entry(number).or_default()
    }

    /// The item is whole; what of it did not come in pieces is news.
    fn finish_item(&mut self, number: u64, item: &Value, to: &mut Assembly) {
        let progress = self.progress(number);
        if std::mem::replace(&mut progress.done, true) {
            return;
        }
        let begun = progress.begun;
        self.output.push(item.clone());
        // Ids are made up by the assembly.
        let read = Item::read(item, 0, &|| blake3::hash(&[]));
        match text(item, "type") {
            "reasoning" => {
                if !begun {
                    to.reasoning(0, &thoughts(item));
                }
                to.opaque_reasoning(0, item.clone());
            }
            "function_call" => {
                let arguments = match item.get("arguments") {
                    Some(Value::String(text)) => text.clone(),
                    None | Some(Value::Null) => String::new(),
                    Some(whole) => whole.to_string(),
                };
                let key = CallKey::Number(number);
                to.tool_call(0, key, text(item, "call_id"), text(item, "name"), &arguments);
                to.close_tool_calls(0);
            }
            _ => {
                if read.refused {
                    to.refused(0);
                }
                for part in read.parts.iter().filter(|_| !begun) {
                    if let Part::Text { text } = part {
                        to.text(0, text);
                        to.close_part(0);
                    }
                }
                to.close_part(0);
                if let Some(tokens) = read.logprobs {
                    to.logprobs(0, tokens);
                }
            }
        }
    }

    fn end(&mut self, kind: &str, response: &Value, to: &mut Assembly) -> Result<(), Fault> {
        if let Some(error) = failure(response) {
            return Err(Fault::Reported(error));
        }
        if kind == "response.failed" {
            return Err(Fault::Reported(response.clone()));
        }
        let output = response.get("output").and_then(Value::as_array);
        // Some servers send items only here.
        for (number, item) in (0..).zip(output.into_iter().flatten()) {
            self.finish_item(number, item, to);
        }
        if !self.output.iter().all(is_plain) {
            to.rest("output", std::mem::take(&mut self.output).into());
        }
        for (name, value) in rest(response) {
            to.rest(name, value.clone());
        }
        to.model(text(response, "model"));
        to.id(text(response, "id"));
        if let Some(usage) = response.get("usage").filter(|usage| usage.is_object()) {
            to.usage(normalized(usage));
        }
        let word = finish_word(response).or_else(|| kind.strip_prefix("response."));
        to.finish(0, word);
        to.end();
        Ok(())
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
