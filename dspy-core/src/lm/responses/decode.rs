//! An answer of the Responses API, read leniently: every field may be missing, every word unknown.

mod item;
mod usage;

use serde_json::{Map, Value, json};

use super::super::client::{Reading, error_in, reason, settled};
use super::super::error::LmError;
use super::super::message::Part;
use super::super::response::{Completion, Response};

pub(super) use self::item::{Item, is_plain, thoughts};
pub(super) use self::usage::normalized;

/// Fields worth keeping that have no place of their own in a [`Response`]. The others repeat the
/// request.
const KEPT: [&str; 3] = ["service_tier", "incomplete_details", "safety_identifier"];

/// Reads an answer whose status says success.
pub(super) fn response(reading: &Reading<'_>) -> Result<Response, LmError> {
    let body: Value = reading.json()?;
    if let Some(error) = failure(&body) {
        return Err(reading.reported(&error));
    }
    let Some(output) = body.get("output").and_then(Value::as_array) else {
        return Err(reading.unreadable("expected an object with an array `output`"));
    };
    let mut whole = Completion::default();
    let seed = || reading.seed();
    let mut refused = false;
    for (place, value) in output.iter().enumerate() {
        let item = Item::read(value, place, &seed);
        refused |= item.refused;
        whole.parts.extend(item.parts);
        if let Some(tokens) = item.logprobs {
            whole.logprobs.get_or_insert_default().extend(tokens);
        }
    }
    let called = whole.parts.iter().any(|part| matches!(part, Part::ToolCall(_)));
    let word = finish_word(&body);
    whole.finish = settled(reason(word), refused, called);
    whole.raw_finish = word.map(str::to_owned);
    Ok(Response {
        completions: vec![whole],
        usage: normalized(body.get("usage").unwrap_or(&Value::Null)),
        model: text(&body, "model").map(str::to_owned),
        request_id: reading.request_id().or_else(|| text(&body, "id").map(str::to_owned)),
        cached: false,
        rate_limit: reading.rate_limit(),
        provider: provider(&body, output),
        stand_in: None,
    })
}

/// The failure that a response reports, if any.
pub(super) fn failure(body: &Value) -> Option<Value> {
    if let Some(error) = error_in(body) {
        return Some(error.clone());
    }
    let failed = text(body, "status") == Some("failed");
    failed.then(|| json!({"message": "the response failed, and the server does not say why"}))
}

/// Why the answer ended, in the provider's word: the reason if it is incomplete, else its status.
pub(super) fn finish_word(body: &Value) -> Option<&str> {
    let reason = body.pointer("/incomplete_details/reason").and_then(Value::as_str);
    reason.filter(|reason| !reason.is_empty()).or_else(|| text(body, "status"))
}

/// The fields of a response that are kept as they are.
pub(super) fn rest(body: &Value) -> impl Iterator<Item = (&'static str, &Value)> {
    let fields = KEPT.into_iter().filter_map(|name| Some((name, body.get(name)?)));
    fields.filter(|(_, value)| !value.is_null())
}

fn provider(body: &Value, output: &[Value]) -> Option<Value> {
    let mut fields: Map<String, Value> =
        rest(body).map(|(name, value)| (name.to_owned(), value.clone())).collect();
    if !output.iter().all(is_plain) {
        fields.insert("output".to_owned(), output.into());
    }
    (!fields.is_empty()).then_some(Value::Object(fields))
}

fn text<'a>(body: &'a Value, name: &str) -> Option<&'a str> {
    body.get(name)?.as_str().filter(|text| !text.is_empty())
}
