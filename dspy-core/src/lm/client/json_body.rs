//! [`JsonBody`]: the body of a call while it is written.

use serde_json::{Map, Value};

use super::super::error::LmError;
use super::config;

/// A JSON object that keeps the order in which its fields are set.
#[derive(Debug, Default)]
pub(in crate::lm) struct JsonBody(Map<String, Value>);

impl JsonBody {
    pub(in crate::lm) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub(in crate::lm) fn set_if(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// Adds the caller's own fields. An object joins one that is there already, key by key; nothing
    /// is ever replaced.
    pub(in crate::lm) fn add_extra(&mut self, extra: &Map<String, Value>) -> Result<(), LmError> {
        if extra.contains_key("stream") {
            return Err(config(
                "the extra field `stream` would change how the answer comes; leave it out",
            ));
        }
        join(&mut self.0, extra, "")
    }

    pub(in crate::lm) fn into_bytes(self) -> Result<Vec<u8>, LmError> {
        serde_json::to_vec(&self.0)
            .map_err(|error| config(format!("the request cannot be written as JSON: {error}")))
    }
}

fn join(
    fields: &mut Map<String, Value>,
    extra: &Map<String, Value>,
    path: &str,
) -> Result<(), LmError> {
    for (name, value) in extra {
        match (fields.get_mut(name), value) {
            (None, _) => {
                fields.insert(name.clone(), value.clone());
            }
            (Some(Value::Object(ours)), Value::Object(more)) => {
                join(ours, more, &format!("{path}{name}."))?;
            }
            (Some(_), _) => {
                return Err(config(format!(
                    "the extra field `{path}{name}` is already set by the request; set it in one \
                     place only"
                )));
            }
        }
    }
    Ok(())
}
