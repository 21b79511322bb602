//! An answer of Chat Completions, read leniently: every field may be missing, every word unknown.
//!
//! Nearly all answers are plain text, and [`plain`] reads those without a tree of values. Whatever
//! is out of the ordinary is read by [`whole`], which says the same of a plain answer.

mod choice;
mod legacy;
mod plain;
mod usage;

use blake3::Hash;
use serde_json::{Map, Value};

use super::super::client::{Reading, error_in};
use super::super::error::LmError;
use super::super::response::{Completion, Response};

pub(super) use self::choice::{completion, logprobs};
pub(in crate::lm) use self::legacy::{
    completion as legacy_completion, logprobs as legacy_logprobs,
};
pub(in crate::lm) use self::usage::normalized;

/// Fields that say nothing beyond what a [`Response`] says anyway.
const SPENT: [&str; 7] = ["id", "object", "created", "model", "choices", "usage", "obfuscation"];

/// Reads an answer whose status says success.
pub(super) fn response(reading: &Reading<'_>) -> Result<Response, LmError> {
    match plain::response(reading.body()) {
        Some(response) => Ok(Response {
            request_id: reading.request_id().or(response.request_id),
            rate_limit: reading.rate_limit(),
            ..response
        }),
        None => whole(reading, completion),
    }
}

/// Reads any answer, each of its choices with `completion`, which gets the choice, its index, and
/// what tells this answer from every other.
pub(in crate::lm) fn whole(
    reading: &Reading<'_>,
    completion: fn(&Value, usize, &dyn Fn() -> Hash) -> Completion,
) -> Result<Response, LmError> {
    let body: Value = reading.json()?;
    if let Some(error) = error_in(&body) {
        return Err(reading.reported(error));
    }
    let Value::Object(mut body) = body else {
        return Err(reading.unreadable("expected a JSON object"));
    };
    let mut choices = match body.shift_remove("choices") {
        Some(Value::Array(choices)) if !choices.is_empty() => choices,
        Some(Value::Array(_)) => return Err(reading.unreadable("`choices` is empty")),
        _ => return Err(reading.unreadable("expected an array `choices`")),
    };
    if let Some(error) = choices.iter().find_map(error_in) {
        return Err(reading.reported(error));
    }
    let place = |choice: &Value| choice.get("index").and_then(Value::as_u64);
    if choices.iter().all(|choice| place(choice).is_some()) {
        choices.sort_by_key(place);
    }
    // Ids of tool calls have to differ between answers, and the body tells answers apart.
    let seed = || reading.seed();
    let read = |(index, value)| completion(value, index, &seed);
    let completions = choices.iter().enumerate().map(read).collect();
    let usage = body.get("usage").unwrap_or(&Value::Null);
    Ok(Response {
        completions,
        usage: normalized(usage),
        model: text(&body, "model"),
        request_id: reading.request_id().or_else(|| text(&body, "id")),
        cached: false,
        stand_in: None,
        rate_limit: reading.rate_limit(),
        provider: provider(usage.get("cost").cloned(), body),
    })
}

fn text(body: &Map<String, Value>, name: &str) -> Option<String> {
    body.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Whether a field of an answer has no place in a [`Response`].
pub(in crate::lm) fn is_rest(name: &str) -> bool {
    !SPENT.contains(&name)
}

/// What has no place in a [`Response`], together with a price where the server names one.
fn provider(cost: Option<Value>, mut rest: Map<String, Value>) -> Option<Value> {
    rest.retain(|name, value| is_rest(name) && !value.is_null());
    if let Some(cost) = cost.filter(|cost| !cost.is_null()) {
        rest.insert("cost".to_owned(), cost);
    }
    (!rest.is_empty()).then_some(Value::Object(rest))
}
