//! Records of calls.

use std::sync::Arc;
use std::time::Duration;

use super::side::SideCall;
use crate::lm::{Request, Response, Role, Usage};
use crate::signature::Fields;

/// One call of a predictor, with everything needed to look at it, learn from it or replay it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallRecord {
    /// The order in which calls were begun within the run.
    pub sequence: u64,
    /// The invocation of a module that the call was made from.
    pub invocation: u64,
    /// The invocation around that one.
    pub parent: Option<u64>,
    /// The predictor's path in the program.
    pub path: String,
    /// The inputs.
    pub inputs: Fields,
    /// The outputs, or why there are none.
    pub outputs: Result<Fields, String>,
    /// What was sent to the model: the first request, then each follow-up.
    pub requests: Vec<Arc<Request>>,
    /// What the model answered to each of them; one less where the last got no answer.
    pub responses: Vec<Response>,
    /// The calls of other models that reading the answers took.
    pub side_calls: Vec<SideCall>,
    /// What the call spent, follow-ups and side calls included.
    pub usage: Usage,
    /// What the call warned of, such as a repaired value.
    pub warnings: Vec<String>,
    /// Whether an earlier run had paid for it.
    pub replayed: bool,
    /// How long it took.
    pub elapsed: Duration,
}

impl CallRecord {
    /// How often the model was asked again, after an answer that could not be read.
    pub fn follow_ups(&self) -> usize {
        self.requests.len().saturating_sub(1)
    }

    /// The last request's messages and the answer, as a person reads them.
    pub fn transcript(&self) -> String {
        let mut text = self.requests.last().map(|request| transcript(request)).unwrap_or_default();
        for completion in self.responses.last().into_iter().flat_map(|r| &r.completions) {
            text.push_str("──── answer ────\n");
            text.push_str(completion.joined_text().trim_end());
            text.push('\n');
        }
        text
    }
}

/// The messages of a request, as a person reads them.
pub(crate) fn transcript(request: &Request) -> String {
    let mut text = String::new();
    for message in &request.messages {
        let role = match message.role {
            Role::System => "system",
            Role::User => "user",
            Role::Assistant => "assistant",
            Role::Tool => "tool",
        };
        text.push_str(&format!("──── {role} ────\n{}\n", message.text().trim_end()));
    }
    text
}

/// The records of a run, in the order the calls were begun.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    calls: Vec<CallRecord>,
}

impl Trace {
    pub(super) fn new(calls: Vec<CallRecord>) -> Self {
        Self { calls }
    }

    /// All calls.
    pub fn calls(&self) -> &[CallRecord] {
        &self.calls
    }

    /// The calls of one predictor.
    pub fn of<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a CallRecord> {
        self.calls.iter().filter(move |call| call.path == path)
    }
}
