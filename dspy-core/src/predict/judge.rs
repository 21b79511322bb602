//! From the fields of a completion to a typed output that keeps its signature's rules.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::adapter::AnswerErrorKind;
use crate::signature::{BrokenRule, Severity};
use crate::wire;

/// The rules that an output does not keep.
pub(super) type Rules<O> = fn(&O) -> Vec<BrokenRule>;

/// The output that the fields make, and the checks it breaks.
///
/// # Errors
/// The fields do not fit the Rust type, or break an assertion.
pub(super) fn judge<O: DeserializeOwned>(
    fields: &Value,
    rules: Rules<O>,
) -> Result<(O, Vec<BrokenRule>), Box<AnswerErrorKind>> {
    let output = wire::from_ref(fields)
        .map_err(|error| Box::new(AnswerErrorKind::Type { message: error.to_string() }))?;
    let broken = rules(&output);
    let (asserts, checks): (Vec<_>, Vec<_>) =
        broken.into_iter().partition(|rule| rule.severity == Severity::Assert);
    if asserts.is_empty() {
        Ok((output, checks))
    } else {
        Err(Box::new(AnswerErrorKind::Asserted { broken: asserts }))
    }
}
