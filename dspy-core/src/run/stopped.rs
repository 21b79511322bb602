//! Runs that were stopped while their answers came.

use std::collections::BTreeMap;
use std::fmt;

/// Why a streamed run was given up before its end, and what had come by then.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stopped {
    /// Why, in the words of who stopped it.
    pub reason: String,
    /// The output field that was being written, where it was stopped for an answer.
    pub field: Option<String>,
    /// The texts of that answer's fields so far.
    pub partial: BTreeMap<String, String>,
}

impl Stopped {
    pub(crate) fn new(
        reason: impl Into<String>,
        field: Option<String>,
        partial: BTreeMap<String, String>,
    ) -> Self {
        Self { reason: reason.into(), field, partial }
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "stopped while it wrote `{field}`: {}", self.reason),
            None => write!(f, "stopped: {}", self.reason),
        }
    }
}
