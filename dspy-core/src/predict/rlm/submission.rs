//! The answer that code hands over.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use crate::interpreter::{HostError, HostFunction, HostParameter, identifier};
use crate::predict::judge::judge;
use crate::signature::{BrokenRule, Fields, Signature};

/// The answer of one call, as soon as it is there, with the checks that it breaks.
pub(super) struct Submission<S: Signature>(Mutex<Option<(S::Output, Vec<BrokenRule>)>>);

impl<S: Signature> Default for Submission<S> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<S: Signature> Submission<S> {
    pub(super) fn taken(&self) -> Option<(S::Output, Vec<BrokenRule>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn take(&self, mut given: Fields) -> Result<(), HostError> {
        let mut fields = Fields::new();
        for field in S::schema().outputs() {
            let value = given.shift_remove(&identifier(field.name()));
            if let Some(value) = value.or_else(|| field.default_value().cloned()) {
                fields.insert(field.name().to_owned(), value);
            }
        }
        let judged = judge(&Value::Object(fields), S::broken_rules).map_err(HostError::failed)?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(judged);
        Ok(())
    }
}

/// `SUBMIT(field=…)`: takes the outputs, and ends the code. What does not fit is an exception.
pub(super) fn submit<S: Signature>(submission: &Arc<Submission<S>>) -> HostFunction {
    let submission = Arc::clone(submission);
    let schema = S::schema();
    let mut parameters: Vec<_> = schema
        .outputs()
        .iter()
        .map(|field| {
            let required = field.default_value().is_none() && !field.is_nullable();
            (
                required,
                HostParameter::new(identifier(field.name()), field.schema().clone(), required),
            )
        })
        .collect();
    parameters.sort_by_key(|(required, _)| !required);
    let parameters = parameters.into_iter().map(|(_, parameter)| parameter);
    HostFunction::new(
        "SUBMIT",
        "Hands the answer over and ends the work.",
        parameters,
        move |given| {
            let taken = submission.take(given);
            // Taken or not, the code hears of it at once.
            std::future::ready(taken.and(Err(HostError::Stop)))
        },
    )
}
