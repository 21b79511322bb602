//! [`ChatPieces`]: the chunks of a streamed answer of Chat Completions.

use serde_json::Value;

use super::super::client::{Assembly, CallKey, Fault, Pieces, error_in};
use super::decode::{logprobs, normalized};

/// Reads the chunks of one answer.
#[derive(Debug, Default)]
pub struct ChatPieces {
    /// Whether usage came; afterwards a chunk without it is no news.
    counted: bool,
}

impl Pieces for ChatPieces {
    fn take(&mut self, event: &str, data: &str, to: &mut Assembly) -> Result<(), Fault> {
        let data = data.trim();
        if data.is_empty() {
            return Ok(());
        }
        if data == "[DONE]" {
            to.end();
            return Ok(());
        }
        let chunk: Value = serde_json::from_str(data).map_err(|error| {
            Fault::Unreadable(format!("a piece of the stream is no JSON ({error})"))
        })?;
        if let Some(error) = error_in(&chunk) {
            return Err(Fault::Reported(error.clone()));
        }
        if event == "error" {
            return Err(Fault::Reported(chunk));
        }
        to.model(text(&chunk, "model"));
        to.id(text(&chunk, "id"));
        for name in ["system_fingerprint", "service_tier", "timings", "x_groq"] {
            if let Some(value) = chunk.get(name) {
                to.rest(name, value.clone());
            }
        }
        let choices = chunk.get("choices").and_then(Value::as_array).into_iter().flatten();
        for choice in choices {
            if let Some(error) = error_in(choice) {
                return Err(Fault::Reported(error.clone()));
            }
            take_choice(choice, to);
        }
        // Most servers count in a last chunk of its own, some in each, Groq under a name of its own.
        let usage = chunk.get("usage").filter(|usage| usage.is_object());
        if let Some(usage) = usage.or_else(|| chunk.pointer("/x_groq/usage")) {
            to.usage(normalized(usage));
            if let Some(cost) = usage.get("cost") {
                to.rest("cost", cost.clone());
            }
            self.counted = true;
        }
        Ok(())
    }

    /// A few servers close the connection instead of sending `[DONE]`.
    fn whole_without_end(&self, so_far: &Assembly) -> bool {
        so_far.all_finished()
    }
}

fn take_choice(choice: &Value, to: &mut Assembly) {
    let index = choice.get("index").and_then(Value::as_u64).unwrap_or(0);
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    // A few servers send the whole message in place of the delta.
    let delta = choice.get("delta").or_else(|| choice.get("message")).unwrap_or(&Value::Null);
    let thought = ["reasoning_content", "reasoning"].iter().map(|name| text(delta, name));
    to.reasoning(index, thought.into_iter().find(|text| !text.is_empty()).unwrap_or_default());
    take_content(delta.get("content").unwrap_or(&Value::Null), index, to);
    let refusal = text(delta, "refusal");
    if !refusal.is_empty() {
        to.refused(index);
        to.text(index, refusal);
    }
    let calls = delta.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
    for call in calls.chain(delta.get("function_call")) {
        let function = call.get("function").unwrap_or(call);
        let key = call.get("index").and_then(Value::as_u64).map_or(CallKey::Last, CallKey::Number);
        let arguments = match function.get("arguments") {
            Some(Value::String(text)) => text.clone(),
            None | Some(Value::Null) => String::new(),
            Some(whole) => whole.to_string(),
        };
        to.tool_call(index, key, text(call, "id"), text(function, "name"), &arguments);
    }
    if let Some(tokens) = logprobs(choice.get("logprobs")) {
        to.logprobs(index, tokens);
    }
    if let Some(word) =
        choice.get("finish_reason").and_then(Value::as_str).filter(|w| !w.is_empty())
    {
        to.close_tool_calls(index);
        to.finish(index, Some(word));
    }
}

/// Content is a text, null, or a list of texts and typed items.
fn take_content(content: &Value, index: usize, to: &mut Assembly) {
    match content {
        Value::String(delta) => to.text(index, delta),
        Value::Array(items) => items.iter().for_each(|item| take_content(item, index, to)),
        Value::Object(item) => match text(content, "type") {
            "thinking" | "reasoning" => {
                let inner = item.get("thinking").or_else(|| item.get("text"));
                for thought in inner.and_then(Value::as_array).into_iter().flatten() {
                    to.reasoning(index, text(thought, "text"));
                }
                to.reasoning(index, inner.and_then(Value::as_str).unwrap_or_default());
            }
            _ => take_content(item.get("text").unwrap_or(&Value::Null), index, to),
        },
        _ => {}
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
