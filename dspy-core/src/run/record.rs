//! Records of calls.

use std::sync::Arc;
use std::time::Duration;

use super::attempt::AttemptMark;
use super::paid_call::PaidCall;
use super::side::SideCall;
use crate::lm::{Message, Part, Request, Response, Role, Usage};
use crate::signature::{BrokenRule, Fields};

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
    /// The rules for which assertions sent earlier answers of this call back, oldest first; as many as
    /// there were retries. The earlier answers are among [`Trace::abandoned`], or, where a rule of the
    /// signature sent them back, among the `responses` here.
    pub retries: Vec<BrokenRule>,
    /// The rules that the outputs break for good: checks and suggestions, and a failed assertion.
    pub broken: Vec<BrokenRule>,
    /// Whether an earlier run, or an earlier attempt in this one, had paid for it.
    pub replayed: bool,
    /// How long it took.
    pub elapsed: Duration,
    pub(crate) origin: RecordOrigin,
}

/// Where a record comes from: what `forward` may say of it after it was made.
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordOrigin {
    pub(crate) attempt: Option<Arc<AttemptMark>>,
    pub(crate) call: Option<Arc<PaidCall>>,
    /// Whether an earlier attempt of the same run made the record of this call.
    pub(crate) is_repeated: bool,
}

impl CallRecord {
    /// A record of which nothing else is known.
    pub(crate) fn empty(path: String, inputs: Fields, outputs: Result<Fields, String>) -> Self {
        Self {
            sequence: 0,
            invocation: 0,
            parent: None,
            path,
            inputs,
            outputs,
            requests: Vec::new(),
            responses: Vec::new(),
            side_calls: Vec::new(),
            usage: Usage::default(),
            warnings: Vec::new(),
            retries: Vec::new(),
            broken: Vec::new(),
            replayed: false,
            elapsed: Duration::ZERO,
            origin: RecordOrigin::default(),
        }
    }

    /// How often the model was asked again within the call: after an answer that could not be read, or
    /// that broke a rule of the signature.
    pub fn follow_ups(&self) -> usize {
        self.requests.len().saturating_sub(1)
    }

    /// Whether an answer was sent back for a rule that the last one keeps.
    pub fn passed_after_retries(&self) -> bool {
        !self.retries.is_empty() && self.broken.is_empty() && self.outputs.is_ok()
    }

    /// Whether another record of the same run holds the same request and response.
    pub(super) fn is_repeated(&self) -> bool {
        self.origin.is_repeated
    }

    /// The record as it looks now, cut off from the run.
    fn settled(mut self) -> (bool, Self) {
        let RecordOrigin { attempt, call, is_repeated } = std::mem::take(&mut self.origin);
        self.broken.extend(call.map(|call| call.broken()).unwrap_or_default());
        self.origin.is_repeated = is_repeated;
        (attempt.is_some_and(|attempt| attempt.is_abandoned()), self)
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
        text.push_str(&format!("──── {role} ────\n{}\n", shown(message).trim_end()));
    }
    text
}

/// A message's text, with a word where media stand.
fn shown(message: &Message) -> String {
    let part = |part: &Part| match part {
        Part::Text { text } => text.to_string(),
        Part::Image { media } => format!("[image {:?}]", media.source),
        Part::Audio { media } => format!("[audio {:?}]", media.source),
        Part::File { media } => format!("[file {:?}]", media.source),
        _ => String::new(),
    };
    message.parts.iter().map(part).collect()
}

/// The records of a run, in the order the calls were begun.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    calls: Vec<CallRecord>,
    abandoned: Vec<CallRecord>,
}

impl Trace {
    /// The trace that a file holds.
    pub(crate) fn of_saved(calls: Vec<CallRecord>) -> Self {
        Self { calls, abandoned: Vec::new() }
    }

    pub(super) fn new(calls: Vec<CallRecord>) -> Self {
        let (mut kept, mut abandoned) = (Vec::new(), Vec::new());
        for (is_abandoned, call) in calls.into_iter().map(CallRecord::settled) {
            if is_abandoned { abandoned.push(call) } else { kept.push(call) }
        }
        Self { calls: kept, abandoned }
    }

    /// The calls that the result rests on.
    pub fn calls(&self) -> &[CallRecord] {
        &self.calls
    }

    /// The calls of attempts that were given up since an assertion of a `forward` sent an answer back.
    /// They were paid for; what the last attempt asked again is answered from them.
    pub fn abandoned(&self) -> &[CallRecord] {
        &self.abandoned
    }

    /// How often assertions sent an answer back, over all calls.
    pub fn retries(&self) -> usize {
        self.calls.iter().map(|call| call.retries.len()).sum()
    }

    /// The calls of one predictor.
    pub fn of<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a CallRecord> {
        self.calls.iter().filter(move |call| call.path == path)
    }
}
