//! A body's bytes, with the caller's own fields at the end.

use std::collections::HashMap;

use serde::Serialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::super::super::client::config;
use super::super::super::error::LmError;

/// Writes `body`, an object with at least one field, and then `extra`. `length` is a guess.
pub(in crate::lm) fn write(
    body: &impl Serialize,
    length: usize,
    extra: &Map<String, Value>,
) -> Result<Vec<u8>, LmError> {
    let mut bytes = Vec::with_capacity(length);
    serde_json::to_writer(&mut bytes, body).map_err(unwritable)?;
    if extra.is_empty() {
        return Ok(bytes);
    }
    let taken: HashMap<String, IgnoredAny> = serde_json::from_slice(&bytes).map_err(unwritable)?;
    bytes.pop();
    for (name, value) in extra {
        if name == "stream" {
            return Err(config(
                "the extra field `stream` would change how the answer comes; leave it out",
            ));
        }
        if taken.contains_key(name) {
            return Err(config(format!(
                "the extra field `{name}` is already set by the request; set it in one place only"
            )));
        }
        bytes.push(b',');
        serde_json::to_writer(&mut bytes, name).map_err(unwritable)?;
        bytes.push(b':');
        serde_json::to_writer(&mut bytes, value).map_err(unwritable)?;
    }
    bytes.push(b'}');
    Ok(bytes)
}

fn unwritable(error: serde_json::Error) -> LmError {
    config(format!("the request cannot be written as JSON: {error}"))
}
