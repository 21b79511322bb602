//! [`ChatPieces`]: the chunks of a streamed answer of Chat Completions.

use serde_json::Value;

use super::super::client::{Assembly, CallKey, Fault, Pieces};
use super::chunk::{self, Ended};
use super::decode::logprobs;
use super::thoughts::Thoughts;

/// Reads the chunks of one answer.
#[derive(Debug, Default)]
pub struct ChatPieces {
    thoughts: Thoughts,
}

impl Pieces for ChatPieces {
    fn take(&mut self, event: &str, data: &str, to: &mut Assembly) -> Result<(), Fault> {
        let thoughts = &mut self.thoughts;
        let ended = chunk::take(event, data, to, |choice, index, to| {
            take_choice(choice, index, thoughts, to);
        })?;
        if ended == Ended::Yes {
            thoughts.close_all(to);
        }
        Ok(())
    }

    /// A few servers close the connection instead of sending `[DONE]`.
    fn whole_without_end(&self, so_far: &Assembly) -> bool {
        so_far.all_finished()
    }
}

fn take_choice(choice: &Value, index: usize, thoughts: &mut Thoughts, to: &mut Assembly) {
    // A few servers send the whole message in place of the delta.
    let delta = choice.get("delta").or_else(|| choice.get("message")).unwrap_or(&Value::Null);
    // Some send the same thought under both names.
    let names = ["reasoning_content", "reasoning"];
    let thought = names.iter().map(|name| text(delta, name)).find(|text| !text.is_empty());
    to.reasoning(index, thought.unwrap_or_default());
    if let Some(details) = delta.get("reasoning_details").and_then(Value::as_array) {
        thoughts.add(index, details);
    }
    let content = delta.get("content").unwrap_or(&Value::Null);
    let refusal = text(delta, "refusal");
    let calls = delta.get("tool_calls").and_then(Value::as_array);
    let finish = chunk::finish(choice);
    let goes_on = holds_text(content) || !refusal.is_empty() || finish.is_some();
    if goes_on || calls.is_some_and(|calls| !calls.is_empty()) {
        thoughts.close(index, to);
    }
    take_content(content, index, to);
    if !refusal.is_empty() {
        to.refused(index);
        to.text(index, refusal);
    }
    for call in calls.into_iter().flatten().chain(delta.get("function_call")) {
        take_call(call, index, to);
    }
    if let Some(tokens) = logprobs(choice.get("logprobs")) {
        to.logprobs(index, tokens);
    }
    if let Some(word) = finish {
        to.close_tool_calls(index);
        to.finish(index, Some(word));
    }
}

fn take_call(call: &Value, index: usize, to: &mut Assembly) {
    if !call.is_object() {
        return;
    }
    let function = call.get("function").unwrap_or(call);
    let key = call.get("index").and_then(Value::as_u64).map_or(CallKey::Last, CallKey::Number);
    let arguments = match function.get("arguments") {
        Some(Value::String(text)) => text.clone(),
        None | Some(Value::Null) => String::new(),
        Some(whole) => whole.to_string(),
    };
    to.tool_call(index, key, text(call, "id"), text(function, "name"), &arguments);
}

fn holds_text(content: &Value) -> bool {
    match content {
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
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
            "refusal" => {
                to.refused(index);
                to.text(index, text(content, "refusal"));
            }
            _ => take_content(item.get("text").unwrap_or(&Value::Null), index, to),
        },
        _ => {}
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
