//! Signatures of cases.

use dspy::{Field, History, SignatureSchema};
use serde_json::Value;

/// The signature of a case, with an input for past turns where the case has some. A field has a
/// `type`, or, where types have no spelling for it, a `schema`.
pub(crate) fn signature(case: &Value, history: Option<&str>) -> Result<SignatureSchema, String> {
    let schema = SignatureSchema::from_json(case).map_err(|e| format!("`signature`: {e}"))?;
    match history {
        None => Ok(schema),
        Some(name) => {
            schema.append_input(Field::of::<History>(name)).map_err(|e| format!("`history`: {e}"))
        }
    }
}
