//! What all chunks of a streamed answer share, whatever their choices look like.

use serde_json::{Map, Value};

use super::super::client::{Assembly, Fault, error_in};
use super::decode::{is_rest, normalized};

/// Reads one piece of a stream and hands each of its choices, with its index, to `take_choice`.
pub(in crate::lm) fn take(
    event: &str,
    data: &str,
    to: &mut Assembly,
    mut take_choice: impl FnMut(&Value, usize, &mut Assembly),
) -> Result<Ended, Fault> {
    let data = data.trim();
    if data.is_empty() {
        return Ok(Ended::No);
    }
    if data == "[DONE]" {
        to.end();
        return Ok(Ended::Yes);
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
    let Value::Object(chunk) = chunk else {
        return Err(Fault::Unreadable("a piece of the stream is no JSON object".to_owned()));
    };
    let choices = chunk.get("choices").and_then(Value::as_array).into_iter().flatten();
    for choice in choices {
        if let Some(error) = error_in(choice) {
            return Err(Fault::Reported(error.clone()));
        }
        let index = choice.get("index").and_then(Value::as_u64).unwrap_or(0);
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        // A choice that stays empty is an answer, too: an empty one.
        to.begin(index);
        take_choice(choice, index, to);
    }
    take_rest(chunk, to);
    Ok(Ended::No)
}

/// Whether a piece was the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lm) enum Ended {
    Yes,
    No,
}

fn take_rest(chunk: Map<String, Value>, to: &mut Assembly) {
    to.model(chunk.get("model").and_then(Value::as_str).unwrap_or_default());
    to.id(chunk.get("id").and_then(Value::as_str).unwrap_or_default());
    // Most servers count in a last chunk of its own, some in each, Groq under a name of its own.
    let own = chunk.get("usage").filter(|usage| usage.is_object());
    let groq = || chunk.get("x_groq")?.get("usage");
    if let Some(usage) = own.or_else(groq) {
        to.usage(normalized(usage));
        to.rest("cost", usage.get("cost").cloned().unwrap_or_default());
    }
    for (name, value) in chunk {
        if is_rest(&name) {
            to.rest(&name, value);
        }
    }
}

/// Why a choice ended, where this piece says it.
pub(in crate::lm) fn finish(choice: &Value) -> Option<&str> {
    choice.get("finish_reason").and_then(Value::as_str).filter(|word| !word.is_empty())
}
