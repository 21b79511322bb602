//! What came of a piece of code.

use std::time::Duration;

use serde_json::Value;

use super::error::CodeError;

/// What came of running a piece of code.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Execution {
    /// The value of the last line, where that is an expression; null where there is none. What JSON
    /// does not have is told as text: a number that is not finite, a large integer, a date; whatever
    /// else by the language's own notation.
    pub value: Value,
    /// What was printed, up to the error or limit if there is one.
    pub output: String,
    /// Why the code did not run to its end.
    pub error: Option<CodeError>,
    /// Whether a host function ended the code, by
    /// [`HostError::Stop`](super::HostError::Stop).
    pub stopped: bool,
    /// How often the code called host functions.
    pub calls: usize,
    /// How long it took, host functions included.
    pub elapsed: Duration,
}

impl Execution {
    /// Code that did and gave nothing. Interpreters fill in the rest.
    pub fn new() -> Self {
        Self::default()
    }

    /// Code that did not run to its end.
    pub fn failed(error: CodeError) -> Self {
        Self { error: Some(error), ..Self::default() }
    }
}
