//! One exchange with a model: ask, read, and where the answer cannot be read, ask again.

mod ask;
mod complete;
mod span;
mod streamed;

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use crate::adapter::{Adapter, AdapterCall, Answer, AnswerError, AnswerErrorKind, DynAdapter};
use crate::error::{Error, Result};
use crate::form::DecisionRules;
use crate::lm::{Completion, Lm, MediaError, Request, Response, ToolCall, Usage};
use crate::run::{
    CallRecord, Event, FailedAssertion, PaidCall, RecordOrigin, SentBack, SideCall, SideCalls, Slot,
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

/// An answer that breaks checks, kept in case that asking again gives none.
struct Aside {
    paid: Option<Arc<PaidCall>>,
    fields: Fields,
    warnings: Vec<String>,
    broken_checks: Vec<BrokenRule>,
    tool_calls: Vec<ToolCall>,
    reasoning: Option<String>,
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
    told: Option<Told>,
}

/// What was sent and answered.
#[derive(Default)]
struct Collected {
    requests: Vec<Arc<Request>>,
    responses: Vec<Response>,
    side_calls: Vec<SideCall>,
}

impl Progress {
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
        let run = self.slot.run();
        let started = run.is_recording().then(Instant::now);
        let begun = self.begun();
        let mut progress = Progress {
            collected: started.is_some().then(Box::default),
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
        if let Some(started) = started {
            let collected = progress.collected.map(|collected| *collected).unwrap_or_default();
            run.record(CallRecord {
                sequence: self.number,
                invocation: self.slot.scope().id(),
                parent: self.slot.scope().parent(),
                path: self.slot.path().to_owned(),
                inputs: self.call.inputs.clone(),
                outputs: match &result {
                    Ok(()) => Ok(progress.summary.fields.clone()),
                    Err(error) => Err(error.to_string()),
                },
                requests: collected.requests,
                responses: collected.responses,
                side_calls: collected.side_calls,
                usage: progress.summary.usage,
                warnings: progress.summary.warnings.clone(),
                retries: progress.summary.shown.rules(),
                broken: broken_for_good(&progress.summary, &result),
                replayed: progress.replayed,
                elapsed: started.elapsed(),
                origin: RecordOrigin {
                    attempt: self.slot.attempt().map(|attempt| Arc::clone(attempt.mark())),
                    call: progress.summary.paid.clone(),
                    is_repeated: progress.replayed && !progress.is_new,
                },
            });
        }
        result.map(|()| progress.summary)
    }

    /// Asks until an answer can be read and keeps the rules, or follow-ups and retries are used up.
    async fn converse(
        &self,
        first: Arc<Request>,
        progress: &mut Progress,
        accept: &mut dyn Accept,
    ) -> Result<()> {
        let mut request = Arc::clone(&first);
        let mut left = self.follow_ups;
        // Boxed, since few calls have any.
        let mut aside: Option<Box<Aside>> = None;
        loop {
            let (paid, response) = match self.ask(&mut request, &first, progress).await {
                Ok(answered) => answered,
                Err(error) => {
                    progress.keep(&request, None);
                    self.fall_back(aside, error, progress, accept)?;
                    return self.keep_earlier(progress).await;
                }
            };
            let side = SideCalls::new(self.slot);
            let call = self.call.with_request(&request).with_side_calls(&side);
            let warned = progress.summary.warnings.len();
            let read = self.read(call, &response, &mut progress.summary, accept).await;
            let made = side.take();
            progress.summary.usage += made.usage;
            progress.replayed |= made.replayed;
            if let Some(collected) = &mut progress.collected {
                collected.side_calls.extend(made.calls);
            }
            progress.keep(&request, Some(&response));
            let error = match read {
                Ok(fields) => {
                    let broken = std::mem::take(&mut progress.summary.broken_checks);
                    if broken.is_empty() || !self.may_retry(progress, Severity::Check) {
                        if let Some(told) = progress.told.take() {
                            Box::pin(self.settle(told, &fields)).await;
                        }
                        progress.summary.broken_checks = broken;
                        progress.summary.fields = fields;
                        progress.summary.paid = paid;
                        return Ok(());
                    }
                    let past = fields.clone();
                    request = Box::pin(self.retry(&first, progress, &broken, past)).await?;
                    let summary = &mut progress.summary;
                    let warnings = summary.warnings.split_off(warned);
                    summary.warnings.push(format!("asked again: {}", listed(&broken)));
                    accept.set_aside();
                    aside = Some(Box::new(Aside {
                        paid,
                        fields,
                        warnings,
                        broken_checks: broken,
                        tool_calls: std::mem::take(&mut summary.tool_calls),
                        reasoning: summary.reasoning.take(),
                    }));
                    continue;
                }
                Err(error) => error,
            };
            if let AnswerErrorKind::Asserted { broken } = &error.kind
                && self.may_retry(progress, Severity::Assert)
            {
                let past = error.partial.clone();
                request = Box::pin(self.retry(&first, progress, broken, past)).await?;
            } else if left > 0 && worth_asking_again(&error.kind) {
                left -= 1;
                self.discard(|| format!("asked again: {}", error.kind));
                request = Arc::new(self.adapter.follow_up(&self.call, &request, &error));
            } else {
                let path = self.slot.path().to_owned();
                let error = Error::Answer { path, error };
                self.fall_back(aside, error, progress, accept)?;
                return self.keep_earlier(progress).await;
            }
            let problems: Vec<String> = error.problems().map(ToString::to_string).collect();
            progress.summary.warnings.push(format!("asked again: {}", problems.join("; ")));
        }
    }

    fn may_retry(&self, progress: &Progress, severity: Severity) -> bool {
        progress.summary.shown.count(severity) < self.retries
    }

    /// The request that shows the model its answer and the rules it breaks.
    async fn retry(
        &self,
        first: &Request,
        progress: &mut Progress,
        broken: &[BrokenRule],
        past: Fields,
    ) -> Result<Arc<Request>> {
        let shown = progress.summary.shown.and_rules(broken, past);
        if let Some(broken) = broken.first() {
            let (broken, retries) = (broken.clone(), shown.len());
            self.emit(|(path, invocation, attempts), call| Event::Backtracked {
                path,
                invocation,
                attempts,
                call,
                broken,
                retries,
            });
        }
        progress.summary.shown = shown;
        Box::pin(self.shown(first, &progress.summary.shown)).await
    }

    /// The first request as it is with these answers shown.
    async fn shown(&self, first: &Request, shown: &SentBack) -> Result<Arc<Request>> {
        let path = self.slot.path();
        let feedback = shown.feedback(path, self.call.inputs, self.call.feedback);
        let call = self.call.with_feedback(feedback.as_ref());
        let prepared = self
            .adapter
            .prepare(&call)
            .map_err(|message| Error::Prompt { path: path.to_owned(), message })?;
        let mut request = first.clone();
        request.messages = prepared.messages;
        let failed =
            |error: MediaError| Error::Prompt { path: path.to_owned(), message: error.to_string() };
        request.load_media().await.map_err(failed)?;
        request.rollout = shown.rollout(first.rollout);
        Ok(Arc::new(request))
    }

    /// Ends a call that got no answer to use: with the one put aside, which breaks checks alone, or
    /// with the error.
    fn fall_back(
        &self,
        aside: Option<Box<Aside>>,
        error: Error,
        progress: &mut Progress,
        accept: &mut dyn Accept,
    ) -> Result<()> {
        let summary = &mut progress.summary;
        let Some(aside) = aside else {
            if let (Some(attempt), Error::Answer { path, error }) = (self.slot.attempt(), &error)
                && let AnswerErrorKind::Asserted { broken } = &error.kind
                && let Some(broken) = broken.first()
            {
                let attempts = summary.shown.len().saturating_add(1);
                let last = error.partial.clone();
                attempt.note_failed(path, &FailedAssertion::new(broken.clone(), attempts, last));
            }
            return Err(error);
        };
        let what = error.to_string();
        let line = what.lines().next().unwrap_or_default();
        summary.warnings.push(format!("kept an earlier answer, for asking again failed: {line}"));
        accept.fall_back();
        summary.warnings.extend(aside.warnings);
        summary.broken_checks = aside.broken_checks;
        summary.tool_calls = aside.tool_calls;
        summary.reasoning = aside.reasoning;
        summary.fields = aside.fields;
        summary.paid = aside.paid;
        Ok(())
    }

    /// Reads every completion; one that cannot be read is an error only if none can.
    async fn read(
        &self,
        call: AdapterCall<'_>,
        response: &Response,
        summary: &mut Summary,
        accept: &mut dyn Accept,
    ) -> std::result::Result<Fields, Box<AnswerError>> {
        let warnings = &mut summary.warnings;
        let mut first: Option<Fields> = None;
        let mut errors: Vec<Box<AnswerError>> = Vec::new();
        for completion in &response.completions {
            let mut answer = match self.parse(&call, completion).await {
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
            warnings.extend(answer.warnings);
            for (field, repair) in &answer.repairs {
                warnings.push(match field.as_str() {
                    "" => format!("repaired the answer: {repair}"),
                    field => format!("repaired output field `{field}`: {repair}"),
                });
            }
            let whose = if first.is_none() { "" } else { " in another completion" };
            warnings.extend(broken.iter().map(|rule| format!("broken check{whose}: {rule}")));
            if first.is_none() {
                summary.broken_checks = broken;
                summary.tool_calls = answer.tool_calls;
                summary.reasoning = answer.reasoning;
                first = Some(fields);
            }
        }
        match first {
            Some(fields) => {
                warnings.extend(errors.iter().map(|e| format!("dropped a completion: {}", e.kind)));
                Ok(fields)
            }
            None => Err(errors.into_iter().next().unwrap_or_else(|| {
                Box::new(AnswerError::new(AnswerErrorKind::Empty, "", Fields::new()))
            })),
        }
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

fn listed(broken: &[BrokenRule]) -> String {
    broken.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
