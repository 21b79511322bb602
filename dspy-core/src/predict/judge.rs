//! From the fields of a completion to a typed output that keeps its signature's rules.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::exchange::Accept;
use crate::adapter::AnswerErrorKind;
use crate::signature::{BrokenRule, Severity};
use crate::wire;

/// The rules that an output does not keep.
pub(super) type Rules<O> = fn(&O) -> Vec<BrokenRule>;

/// What one completion makes, with the checks it breaks; or why it cannot be used.
pub(super) type Accepted<O> = Result<(O, Vec<BrokenRule>), Box<AnswerErrorKind>>;

/// The output that the fields make, and the checks it breaks.
///
/// # Errors
/// The fields do not fit the Rust type, or break an assertion.
pub(super) fn judge<O: DeserializeOwned>(fields: &Value, rules: Rules<O>) -> Accepted<O> {
    let output = wire::from_ref(fields)
        .map_err(|error| Box::new(AnswerErrorKind::Type { message: error.to_string() }))?;
    let broken = rules(&output);
    weigh(output, broken)
}

/// The output with the checks that it breaks.
///
/// # Errors
/// It breaks assertions.
pub(super) fn weigh<O>(output: O, broken: Vec<BrokenRule>) -> Accepted<O> {
    let (asserts, checks): (Vec<_>, Vec<_>) =
        broken.into_iter().partition(|rule| rule.severity == Severity::Assert);
    if asserts.is_empty() {
        Ok((output, checks))
    } else {
        Err(Box::new(AnswerErrorKind::Asserted { broken: asserts }))
    }
}

/// The typed outputs of an answer's completions, as `read` makes and judges them.
pub(super) struct Outputs<O, F> {
    read: F,
    taken: Taken<O>,
    // Boxed, since few calls put anything aside.
    aside: Option<Box<Taken<O>>>,
}

/// The first output, and the others; mostly there are none.
type Taken<O> = (Option<O>, Vec<O>);

impl<O, F> Outputs<O, F> {
    pub(super) fn new(read: F) -> Self {
        Self { read, taken: (None, Vec::new()), aside: None }
    }

    /// The first output, and the others.
    pub(super) fn into_all(self) -> Option<(O, Vec<O>)> {
        let (first, others) = self.taken;
        Some((first?, others))
    }
}

impl<O: Send, F: FnMut(&Value) -> Accepted<O> + Send> Accept for Outputs<O, F> {
    fn take(&mut self, fields: &Value) -> Result<Vec<BrokenRule>, Box<AnswerErrorKind>> {
        let (output, broken) = (self.read)(fields)?;
        match &mut self.taken {
            (first @ None, _) => *first = Some(output),
            (Some(_), others) => others.push(output),
        }
        Ok(broken)
    }

    fn set_aside(&mut self) {
        let taken = std::mem::take(&mut self.taken);
        self.aside = Some(Box::new(taken));
    }

    fn fall_back(&mut self) {
        if let Some(aside) = self.aside.take() {
            self.taken = *aside;
        }
    }
}
