//! An answer of the Messages API, read leniently: every field may be missing, every word unknown.

mod block;
mod usage;

use serde_json::{Map, Value};

use super::super::client::{Reading, error_in, reason, settled};
use super::super::error::LmError;
use super::super::message::Part;
use super::super::response::{Completion, Response};

pub(super) use self::block::is_plain;
pub(super) use self::usage::normalized;

/// Fields of a message that have a place of their own in a [`Response`], or none.
pub(super) const PLACED: [&str; 7] =
    ["id", "type", "role", "model", "content", "stop_reason", "usage"];

/// Reads an answer whose status says success.
pub(super) fn response(reading: &Reading<'_>) -> Result<Response, LmError> {
    let body: Value = reading.json()?;
    if let Some(error) = error_in(&body) {
        return Err(reading.reported(error));
    }
    let Value::Object(body) = body else {
        return Err(reading.unreadable("expected a JSON object"));
    };
    let Some(content) = body.get("content").and_then(Value::as_array) else {
        return Err(reading.unreadable("expected an array `content`"));
    };
    let seed = || reading.seed();
    let blocks = content.iter().enumerate();
    let parts: Vec<Part> =
        blocks.filter_map(|(place, item)| block::part(item, place, &seed)).collect();
    let text = |name: &str| {
        body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let raw = text("stop_reason");
    let called = parts.iter().any(|part| matches!(part, Part::ToolCall(_)));
    Ok(Response {
        completions: vec![Completion {
            parts,
            finish: settled(reason(raw.as_deref()), false, called),
            raw_finish: raw,
            logprobs: None,
        }],
        usage: normalized(body.get("usage").unwrap_or(&Value::Null)),
        model: text("model"),
        request_id: reading.request_id().or_else(|| text("id")),
        cached: false,
        rate_limit: reading.rate_limit(),
        provider: rest(&body, content),
        stand_in: None,
    })
}

/// What has no place in a [`Response`].
fn rest(body: &Map<String, Value>, content: &[Value]) -> Option<Value> {
    let unplaced =
        |(name, value): &(&String, &Value)| !PLACED.contains(&name.as_str()) && !value.is_null();
    let fields = body.iter().filter(unplaced);
    let mut rest: Map<String, Value> =
        fields.map(|(name, value)| (name.clone(), value.clone())).collect();
    if !content.iter().all(is_plain) {
        rest.insert("content".to_owned(), content.into());
    }
    (!rest.is_empty()).then_some(Value::Object(rest))
}
