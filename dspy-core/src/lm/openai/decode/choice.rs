//! One choice of an answer.

use blake3::Hash;
use serde_json::{Map, Value, json};

use super::super::super::client::{arguments, made_up_id, reason, settled};
use super::super::super::message::{Part, ToolCall, text_of};
use super::super::super::response::{Completion, TokenLogprob};

/// Reads the choice at `index`. `seed` tells this answer from every other.
pub(in super::super) fn completion(
    choice: &Value,
    index: usize,
    seed: &dyn Fn() -> Hash,
) -> Completion {
    let message = choice.get("message").unwrap_or(&Value::Null);
    let mut parts = Vec::new();
    parts.extend(reasoning(message));
    add_content(&mut parts, message.get("content").unwrap_or(&Value::Null));
    let refusal = message.get("refusal").and_then(Value::as_str).filter(|text| !text.is_empty());
    parts.extend(refusal.map(Part::text));
    let refused = refusal.is_some() || has_refusal(message);
    let calls = tool_calls(message, index, seed);
    let called = !calls.is_empty();
    parts.extend(calls.into_iter().map(Part::ToolCall));
    let raw = choice.get("finish_reason").and_then(Value::as_str).filter(|word| !word.is_empty());
    let finish = settled(reason(raw), refused, called);
    Completion {
        parts,
        finish,
        raw_finish: raw.map(str::to_owned),
        logprobs: logprobs(choice.get("logprobs")),
    }
}

/// Reasoning stands under one of two names; some servers send both with the same text.
fn reasoning(message: &Value) -> Option<Part> {
    let text = ["reasoning_content", "reasoning"]
        .iter()
        .find_map(|name| message.get(name)?.as_str().filter(|text| !text.is_empty()));
    let details = message
        .get("reasoning_details")
        .filter(|details| details.as_array().is_some_and(|items| !items.is_empty()));
    if text.is_none() && details.is_none() {
        return None;
    }
    Some(Part::Reasoning {
        text: text.unwrap_or_default().to_owned(),
        opaque: details.map(|details| json!({"reasoning_details": details})),
    })
}

/// Content is a text, null, or a list of texts and typed items.
fn add_content(parts: &mut Vec<Part>, content: &Value) {
    match content {
        Value::String(text) if !text.is_empty() => parts.push(Part::text(text.as_str())),
        Value::Array(items) => items.iter().for_each(|item| add_content(parts, item)),
        Value::Object(item) => match item.get("type").and_then(Value::as_str) {
            Some("thinking" | "reasoning") => {
                let text = thought(item);
                parts.push(Part::Reasoning { text, opaque: None });
            }
            Some("refusal") => add_content(parts, item.get("refusal").unwrap_or(&Value::Null)),
            _ => add_content(parts, item.get("text").unwrap_or(&Value::Null)),
        },
        _ => {}
    }
}

fn thought(item: &Map<String, Value>) -> String {
    let mut parts = Vec::new();
    for name in ["thinking", "reasoning", "text"] {
        add_content(&mut parts, item.get(name).unwrap_or(&Value::Null));
    }
    text_of(&parts)
}

fn has_refusal(message: &Value) -> bool {
    let items = message.get("content").and_then(Value::as_array);
    items.is_some_and(|items| {
        items.iter().any(|item| item.get("type").is_some_and(|kind| kind == "refusal"))
    })
}

fn tool_calls(message: &Value, index: usize, seed: &dyn Fn() -> Hash) -> Vec<ToolCall> {
    let modern = message.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
    // The API's first form of tool calls, which a few servers still answer with.
    let first = message.get("function_call").filter(|call| call.is_object());
    let calls: Vec<(&Value, &Value)> = modern
        .map(|call| (call, call.get("function").unwrap_or(call)))
        .chain(first.map(|call| (call, call)))
        .collect();
    calls
        .into_iter()
        .enumerate()
        .map(|(place, (call, function))| {
            let id = match call.get("id").and_then(Value::as_str) {
                Some(id) if !id.is_empty() => id.to_owned(),
                _ => made_up_id(index, place, &seed()),
            };
            let name = function.get("name").and_then(Value::as_str).unwrap_or_default();
            ToolCall::new(id, name, arguments(function.get("arguments")))
        })
        .collect()
}

pub(in super::super) fn logprobs(value: Option<&Value>) -> Option<Vec<TokenLogprob>> {
    let items = value?.get("content")?.as_array()?;
    Some(items.iter().filter_map(token).collect())
}

fn token(item: &Value) -> Option<TokenLogprob> {
    let (token, logprob) = pair(item)?;
    let top = item.get("top_logprobs").and_then(Value::as_array).into_iter().flatten();
    let mut top: Vec<(String, f64)> = top.filter_map(pair).collect();
    top.sort_by(|one, other| other.1.total_cmp(&one.1));
    Some(TokenLogprob { token, logprob, top })
}

fn pair(item: &Value) -> Option<(String, f64)> {
    Some((item.get("token")?.as_str()?.to_owned(), item.get("logprob")?.as_f64()?))
}
