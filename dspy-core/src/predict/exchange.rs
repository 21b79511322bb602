//! One exchange with a model: ask, read, and where the answer cannot be read, ask again.

mod ask;
mod complete;
mod go_on;
mod span;
mod streamed;

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use crate::adapter::{Adapter, AdapterCall, Answer, AnswerError, AnswerErrorKind, DynAdapter};
use crate::error::{Error, Result};
use crate::form::DecisionRules;
use crate::lm::{Completion, Lm, Request, Response, ToolCall, Usage};
use crate::run::{
    Attempt, CallRecord, Event, PaidCall, RecordOrigin, SentBack, SideCall, SideCalls, Slot,
};
use crate::signature::{BrokenRule, Fields, Severity, SignatureSchema};
use streamed::Told;

pub(super) struct Exchange<'a> {
    pub(super) slot: &'a Slot,
    /// The call's number within the run.
    pub(super) number: u64,
    pub(super) lm: &'a Lm,
    pub(super) adapter: &'a DynAdapter,
    pub(super) fallback: Option<&'a DynAdapter>,
    pub(super) call: AdapterCall<'a>,
    pub(super) follow_ups: u32,
    /// How often an answer that breaks rules is sent back.
    pub(super) retries: u32,
    /// The output that is no part of the answer: the model's own reasoning stands for it.
    pub(super) rationale: Option<&'a str>,
    /// The task with everything that a model may do by its own means.
    pub(super) declared: &'a SignatureSchema,
    /// How the decisions among the outputs are made.
    pub(super) rules: &'a DecisionRules,
}

/// What an exchange spent and warned of.
#[derive(Debug, Default)]
pub(super) struct Summary {
    pub(super) usage: Usage,
    pub(super) warnings: Vec<String>,
    /// The checks that the first usable completion breaks.
    pub(super) broken_checks: Vec<BrokenRule>,
    /// The tools that this completion asks for.
    pub(super) tool_calls: Vec<ToolCall>,
    /// What its model thought, where the provider shows that.
    pub(super) reasoning: Option<String>,
    /// The outputs, as fields.
    pub(super) fields: Fields,
    /// What the model was shown of answers that were sent back.
    pub(super) shown: SentBack,
    /// The request and response that the outputs were read from, inside of a `forward`.
    pub(super) paid: Option<Arc<PaidCall>>,
}

/// Who takes over what the completions of an answer hold.
pub(super) trait Accept: Send {
    /// Takes over the fields of one completion, a JSON object, and gives the checks they break; says
    /// why if they cannot be used.
    fn take(
        &mut self,
        fields: &Value,
    ) -> std::result::Result<Vec<BrokenRule>, Box<AnswerErrorKind>>;

    /// Puts aside what was taken over: the answer is sent back.
    fn set_aside(&mut self);

    /// Takes what was put aside, since no later answer can be used.
    fn fall_back(&mut self);
}

/// What one completion makes, with the checks it breaks; or why it cannot be used.
pub(super) type Accepted<O> = std::result::Result<(O, Vec<BrokenRule>), Box<AnswerErrorKind>>;

struct Progress {
    /// What is collected for the record of the call, where one is kept.
    collected: Option<Box<Collected>>,
    summary: Summary,
    replayed: bool,
    /// Whether the model itself answered anything.
    is_new: bool,
    /// What was told of an answer that came as a stream, or is told for the first time.
    told: Option<Box<Told>>,
}

/// What was sent and answered, and since when.
struct Collected {
    started: Instant,
    requests: Vec<Arc<Request>>,
    responses: Vec<Response>,
    side_calls: Vec<SideCall>,
}

/// What came of asking once.
enum Turn {
    /// The answer is the call's.
    Kept,
    /// The answer breaks checks and goes back; so many warnings came before it.
    Broken { warned: usize },
    /// The answer cannot be used.
    Unread(Box<AnswerError>),
    /// There is none.
    Unanswered(Box<Error>),
}

impl Collected {
    fn begin() -> Box<Self> {
        let (requests, responses, side_calls) = Default::default();
        Box::new(Self { started: Instant::now(), requests, responses, side_calls })
    }
}

impl Progress {
    /// Takes over what other models were asked to read the answer.
    fn take_side_calls(&mut self, side: SideCalls<'_>) {
        let made = side.take();
        self.summary.usage += made.usage;
        self.replayed |= made.replayed;
        if let Some(collected) = &mut self.collected {
            collected.side_calls.extend(made.calls);
        }
    }

    /// Takes over what was sent and answered, for the record.
    fn keep(&mut self, request: &Arc<Request>, response: Option<&Response>) {
        if let Some(collected) = &mut self.collected {
            collected.requests.push(Arc::clone(request));
            collected.responses.extend(response.cloned());
        }
    }
}

impl Exchange<'_> {
    pub(super) async fn run(
        &self,
        request: Arc<Request>,
        accept: &mut dyn Accept,
    ) -> Result<Summary> {
        let begun = self.begun();
        let mut progress = Progress {
            collected: self.slot.run().is_recording().then(Collected::begin),
            summary: Summary::default(),
            replayed: false,
            is_new: false,
            told: None,
        };
        progress.summary.warnings.extend(self.call.prelude.warnings.iter().cloned());
        if let Some(attempt) = self.slot.attempt() {
            attempt.begin_call();
        }
        let result = self.converse(request, &mut progress, accept).await;
        if let Some(begun) = begun {
            begun.end_with(result.is_ok());
        }
        for warning in &progress.summary.warnings {
            self.slot.scope().warn(&format!("`{}`: {warning}", self.slot.path()));
        }
        if !progress.summary.broken_checks.is_empty() {
            self.slot.scope().note_broken(&progress.summary.broken_checks);
        }
        if let Some(collected) = progress.collected.take() {
            self.slot.run().record(self.recorded(*collected, &progress, &result));
        }
        result.map(|()| progress.summary)
    }

    /// The record of the call.
    fn recorded(
        &self,
        collected: Collected,
        progress: &Progress,
        result: &Result<()>,
    ) -> CallRecord {
        let summary = &progress.summary;
        CallRecord {
            sequence: self.number,
            invocation: self.slot.scope().id(),
            parent: self.slot.scope().parent(),
            path: self.slot.path().to_owned(),
            inputs: self.call.inputs.clone(),
            outputs: match result {
                Ok(()) => Ok(summary.fields.clone()),
                Err(error) => Err(error.to_string()),
            },
            requests: collected.requests,
            responses: collected.responses,
            side_calls: collected.side_calls,
            usage: summary.usage,
            warnings: summary.warnings.clone(),
            retries: summary.shown.rules(),
            broken: broken_for_good(summary, result),
            replayed: progress.replayed,
            elapsed: collected.started.elapsed(),
            origin: RecordOrigin {
                attempt: self.slot.attempt().map(Attempt::mark),
                call: summary.paid.clone(),
                is_repeated: progress.replayed && !progress.is_new,
            },
        }
    }

    /// Asks until an answer can be read and keeps the rules, or follow-ups and retries are used up.
    async fn converse(
        &self,
        first: Arc<Request>,
        progress: &mut Progress,
        accept: &mut dyn Accept,
    ) -> Result<()> {
        let mut request = Arc::clone(&first);
        match self.turn(&mut request, &first, progress, accept).await {
            Turn::Kept => Ok(()),
            // Apart, since few calls go on and all others should take no room for it.
            turn => Box::pin(self.go_on(turn, request, &first, progress, accept)).await,
        }
    }

    /// Asks once and reads what is answered. `request` becomes what was asked in the end.
    async fn turn(
        &self,
        request: &mut Arc<Request>,
        first: &Request,
        progress: &mut Progress,
        accept: &mut dyn Accept,
    ) -> Turn {
        let (paid, response) = match self.ask(request, first, progress).await {
            Ok(answered) => answered,
            Err(error) => {
                progress.keep(request, None);
                return Turn::Unanswered(Box::new(error));
            }
        };
        let warned = progress.summary.warnings.len();
        let side = SideCalls::new(self.slot);
        let read = {
            let call = self.call.with_request(request).with_side_calls(&side);
            self.read(&call, &response, &mut progress.summary, accept).await
        };
        progress.take_side_calls(side);
        progress.keep(request, Some(&response));
        if let Err(error) = read {
            return Turn::Unread(error);
        }
        progress.summary.paid = paid;
        if !progress.summary.broken_checks.is_empty() && self.may_retry(progress, Severity::Check) {
            return Turn::Broken { warned };
        }
        if let Some(told) = progress.told.take() {
            Box::pin(self.settle(*told, &progress.summary.fields)).await;
        }
        Turn::Kept
    }

    fn may_retry(&self, progress: &Progress, severity: Severity) -> bool {
        progress.summary.shown.count(severity) < self.retries
    }

    /// Reads every completion into the summary; one that cannot be read is an error only if none can.
    async fn read(
        &self,
        call: &AdapterCall<'_>,
        response: &Response,
        summary: &mut Summary,
        accept: &mut dyn Accept,
    ) -> std::result::Result<(), Box<AnswerError>> {
        let mut is_taken = false;
        let mut errors: Vec<Box<AnswerError>> = Vec::new();
        for completion in &response.completions {
            let mut answer = match self.parse(call, completion).await {
                Ok(answer) => answer,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            if let Some(name) = self.rationale {
                take_reasoning(&mut answer, name);
            }
            if let Err(error) = self.complete(&mut answer.fields, completion, response) {
                errors.push(error);
                continue;
            }
            let fields = Value::Object(answer.fields);
            let accepted = accept.take(&fields);
            let fields = match fields {
                Value::Object(fields) => fields,
                _ => Fields::new(),
            };
            let broken = match accepted {
                Ok(broken) => broken,
                Err(kind) => {
                    let raw = completion.joined_text();
                    errors.push(Box::new(AnswerError::new(*kind, raw, fields)));
                    continue;
                }
            };
            let warnings = &mut summary.warnings;
            warnings.extend(answer.warnings);
            for (field, repair) in &answer.repairs {
                warnings.push(match field.as_str() {
                    "" => format!("repaired the answer: {repair}"),
                    field => format!("repaired output field `{field}`: {repair}"),
                });
            }
            let whose = if is_taken { " in another completion" } else { "" };
            warnings.extend(broken.iter().map(|rule| format!("broken check{whose}: {rule}")));
            if !is_taken {
                is_taken = true;
                summary.broken_checks = broken;
                summary.tool_calls = answer.tool_calls;
                summary.reasoning = answer.reasoning;
                summary.fields = fields;
            }
        }
        if is_taken {
            let dropped = errors.iter().map(|e| format!("dropped a completion: {}", e.kind));
            summary.warnings.extend(dropped);
            return Ok(());
        }
        Err(errors.into_iter().next().unwrap_or_else(|| {
            Box::new(AnswerError::new(AnswerErrorKind::Empty, "", Fields::new()))
        }))
    }

    /// Reads one completion, by the second adapter where the first one fails.
    async fn parse(
        &self,
        call: &AdapterCall<'_>,
        completion: &Completion,
    ) -> std::result::Result<Answer, Box<AnswerError>> {
        let error = match self.adapter.parse(call, completion).await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        let Some(fallback) = self.fallback.filter(|_| worth_asking_again(&error.kind)) else {
            return Err(error);
        };
        let Ok(prelude) = fallback.prelude(call.schema, &[]) else { return Err(error) };
        let call = call.with_prelude(&prelude);
        let Ok(mut answer) = Box::pin(fallback.parse(&call, completion)).await else {
            return Err(error);
        };
        answer
            .warnings
            .push(format!("{:?} read the answer, as {:?} could not", fallback, self.adapter));
        Ok(answer)
    }

    fn emit(&self, event: impl FnOnce((String, u64, Vec<u32>), u64) -> Event) {
        if self.slot.run().wants_events() {
            self.slot.run().emit(event(self.slot.place(), self.number));
        }
    }
}

/// Puts what the model thought before the other outputs.
fn take_reasoning(answer: &mut Answer, name: &str) {
    if answer.reasoning.is_none() {
        answer.warnings.push(format!("the model shows no reasoning of its own: `{name}` is empty"));
    }
    let thoughts = answer.reasoning.clone().unwrap_or_default();
    answer.fields.shift_insert(0, name.to_owned(), Value::String(thoughts));
}

/// A cut-off answer would be cut off again, a refusal repeated, and a second model that failed is not
/// mended by the first. An answer that breaks an assertion was read without trouble: it is retried by
/// the count of its own.
fn worth_asking_again(kind: &AnswerErrorKind) -> bool {
    use AnswerErrorKind::{Asserted, CutOff, Filtered, Reader};
    !matches!(kind, CutOff | Filtered | Reader { .. } | Asserted { .. })
}

/// The rules that the last answer breaks.
fn broken_for_good(summary: &Summary, result: &Result<()>) -> Vec<BrokenRule> {
    match result {
        Err(Error::Answer { error, .. }) => match &error.kind {
            AnswerErrorKind::Asserted { broken } => broken.clone(),
            _ => Vec::new(),
        },
        Err(_) => Vec::new(),
        Ok(()) => summary.broken_checks.clone(),
    }
}
