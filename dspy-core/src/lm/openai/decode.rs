//! An answer of Chat Completions, read leniently: every field may be missing, every word unknown.

mod choice;
mod usage;

use serde_json::{Map, Value};

use super::super::client::{Reading, error_in};
use super::super::error::LmError;
use super::super::response::Response;

pub(super) use self::choice::logprobs;
pub(super) use self::usage::normalized;

/// Reads an answer whose status says success.
pub(super) fn response(reading: &Reading<'_>) -> Result<Response, LmError> {
    let body: Value = reading.json()?;
    if let Some(error) = error_in(&body) {
        return Err(reading.reported(error));
    }
    let Value::Object(mut body) = body else {
        return Err(reading.unreadable("expected a JSON object"));
    };
    let choices = match body.shift_remove("choices") {
        Some(Value::Array(choices)) if !choices.is_empty() => choices,
        Some(Value::Array(_)) => return Err(reading.unreadable("`choices` is empty")),
        _ => return Err(reading.unreadable("expected an array `choices`")),
    };
    if let Some(error) = choices.iter().find_map(error_in) {
        return Err(reading.reported(error));
    }
    // Ids of tool calls have to differ between answers, and the body tells answers apart.
    let seed = || reading.seed();
    let completions =
        choices.iter().enumerate().map(|(index, value)| choice::completion(value, index, &seed));
    let completions: Vec<_> = completions.collect();
    let usage = body.shift_remove("usage").unwrap_or_default();
    let text = |value: Option<Value>| match value {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    Ok(Response {
        completions,
        usage: normalized(&usage),
        model: text(body.shift_remove("model")),
        request_id: reading.request_id().or_else(|| text(body.get("id").cloned())),
        cached: false,
        stand_in: None,
        rate_limit: reading.rate_limit(),
        provider: rest(body, &usage),
    })
}

/// What has no place in a [`Response`], together with a price where the server names one.
fn rest(mut body: Map<String, Value>, usage: &Value) -> Option<Value> {
    body.shift_remove("object");
    if let Some(cost) = usage.get("cost") {
        body.insert("cost".to_owned(), cost.clone());
    }
    body.retain(|_, value| !value.is_null());
    (!body.is_empty()).then_some(Value::Object(body))
}
