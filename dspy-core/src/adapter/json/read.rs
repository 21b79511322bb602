//! The object of an answer as output fields.

use serde_json::Value;

use crate::adapter::found::{Found, is_closed, object, whole};
use crate::adapter::markers::original;
use crate::adapter::texts::with_texts;
use crate::signature::Field;

/// Finds the outputs in an answer's text. `restore` undoes what was done to the schema for the
/// provider's sake.
pub(super) fn find<'t>(
    outputs: &[Field],
    text: &'t str,
    restore: impl FnOnce(Value) -> Value,
) -> Found<'t> {
    let Some((fields, repairs)) = object(outputs, text) else {
        // A broken object is no value.
        if text.contains('{') {
            return Found::nothing(outputs);
        }
        return whole(outputs, text, "no JSON object", original);
    };
    let mut found = Found::nothing(outputs);
    let restored = match restore(Value::Object(fields)) {
        Value::Object(fields) => fields,
        other => {
            found.stranger("value", &other.to_string());
            return found;
        }
    };
    found.closed = is_closed(&repairs);
    found.take_object(outputs, restored, |value| with_texts(value, &|text| original(text)));
    found.repairs = repairs;
    found
}
