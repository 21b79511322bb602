//! What host and worker say to each other: a JSON value on a line.

use std::time::Duration;

use dspy_core::interpreter::{CodeError, Limits};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Host to worker.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Order {
    /// The first order of a session.
    Start { limits: Limits, variables: Map<String, Value>, functions: Vec<Declared> },
    /// Runs code.
    Run { code: String },
    /// What the host functions gave that the worker asked for, in that order.
    Answers(Vec<Answer>),
}

/// A host function as code sees it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Declared {
    pub(crate) name: String,
    pub(crate) documentation: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    Value(Value),
    Failed(String),
    Stop,
}

/// Worker to host.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Report {
    /// The worker is there, and of this version.
    Ready { version: String },
    /// The session has its variables.
    Started,
    /// Something was printed.
    Printed(String),
    /// The code waits for these host functions.
    Calls(Vec<Call>),
    /// The code has run.
    Done(Box<Done>),
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) positional: Vec<Value>,
    pub(crate) named: Map<String, Value>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) value: Value,
    pub(crate) error: Option<CodeError>,
    pub(crate) stopped: bool,
}

/// How much longer than its limit code may compute before the worker is killed: what catches the
/// loops in which the interpreter does not look at the clock. With it, code ends within twice its
/// limit.
pub(crate) fn grace(limit: Duration) -> Duration {
    (limit / 2).max(Duration::from_millis(50))
}
