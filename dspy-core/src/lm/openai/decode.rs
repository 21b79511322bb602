//! An answer of Chat Completions, read leniently: every field may be missing, every word unknown.

mod choice;
mod usage;

use serde_json::{Map, Value};

use super::super::error::LmError;
use super::super::http::Reply;
use super::super::response::Response;
use super::peer::Peer;
use super::{failure, headers};

/// Reads an answer whose status says success.
pub(super) fn response(peer: &Peer, reply: &Reply) -> Result<Response, LmError> {
    let body: Value = match serde_json::from_slice(&reply.body) {
        Ok(body) => body,
        Err(error) => {
            return Err(peer.unreadable(&format!("it is no JSON ({error})"), &reply.body));
        }
    };
    if let Some(error) = failure::error_in(&body) {
        return Err(failure::in_band(peer, reply, error));
    }
    let Value::Object(mut body) = body else {
        return Err(peer.unreadable("expected a JSON object", &reply.body));
    };
    let choices = match body.shift_remove("choices") {
        Some(Value::Array(choices)) if !choices.is_empty() => choices,
        Some(Value::Array(_)) => {
            return Err(peer.unreadable("`choices` is empty", &reply.body));
        }
        _ => return Err(peer.unreadable("expected an array `choices`", &reply.body)),
    };
    if let Some(error) = choices.iter().find_map(failure::error_in) {
        return Err(failure::in_band(peer, reply, error));
    }
    // Ids of tool calls have to differ between answers, and the body tells answers apart.
    let seed = || blake3::hash(&reply.body);
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
        usage: usage::normalized(&usage),
        model: text(body.shift_remove("model")),
        request_id: headers::request_id(&reply.headers)
            .map(str::to_owned)
            .or_else(|| text(body.get("id").cloned())),
        cached: false,
        rate_limit: headers::rate_limit(&reply.headers),
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
