//! The caller's own fields of a request's body.

use serde_json::{Map, Value};

use super::super::error::LmError;
use super::config;

/// Adds `extra` to a body. Objects in both are merged; a field that the request sets itself is an
/// error.
pub(in crate::lm) fn add_extra(
    body: &mut Map<String, Value>,
    extra: &Map<String, Value>,
) -> Result<(), LmError> {
    merge(body, extra, "")
}

fn merge(
    body: &mut Map<String, Value>,
    extra: &Map<String, Value>,
    path: &str,
) -> Result<(), LmError> {
    for (name, value) in extra {
        match (body.get_mut(name), value) {
            (None, value) => {
                body.insert(name.clone(), value.clone());
            }
            (Some(Value::Object(inner)), Value::Object(more)) => {
                merge(inner, more, &format!("{path}{name}."))?;
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
