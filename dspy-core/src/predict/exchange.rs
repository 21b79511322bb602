//! One exchange with a model: ask, read, and where the answer cannot be read, ask again.

use std::sync::Arc;
use std::time::Instant;

use futures_util::StreamExt;
use serde_json::Value;

use crate::adapter::{
    Adapter, AdapterCall, Answer, AnswerError, AnswerErrorKind, DynAdapter, FieldDelta,
    render_value,
};
use crate::error::{Error, Result};
use crate::lm::{Completion, Lm, LmError, Request, Response, StreamEvent, ToolCall, Usage};
use crate::run::{CallRecord, Event, MemoKey, SideCall, SideCalls, Slot};
use crate::signature::{BrokenRule, Fields};

pub(super) struct Exchange<'a> {
    pub(super) slot: &'a Slot,
    pub(super) lm: &'a Lm,
    pub(super) adapter: &'a DynAdapter,
    pub(super) fallback: Option<&'a DynAdapter>,
    pub(super) call: AdapterCall<'a>,
    pub(super) follow_ups: u32,
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
}

/// Takes over the fields of one completion, a JSON object, and gives the checks they break; says why
/// if they cannot be used.
pub(super) type Accept<'a> =
    dyn FnMut(&Value) -> std::result::Result<Vec<BrokenRule>, Box<AnswerErrorKind>> + Send + 'a;

struct Progress {
    /// Whether a record of the call is kept, for which requests and responses are collected.
    recorded: bool,
    requests: Vec<Arc<Request>>,
    responses: Vec<Response>,
    side_calls: Vec<SideCall>,
    summary: Summary,
    replayed: bool,
    /// Whether the answer was streamed and no field of it could be told before its end.
    untold: bool,
}

impl Progress {
    /// Takes over what was sent and answered, for the record.
    fn keep(&mut self, request: Request, response: Option<Response>) {
        if self.recorded {
            self.requests.push(Arc::new(request));
            self.responses.extend(response);
        }
    }
}

impl Exchange<'_> {
    pub(super) async fn run(&self, request: Request, accept: &mut Accept<'_>) -> Result<Summary> {
        let run = self.slot.run();
        let sequence = run.next_sequence();
        let started = run.is_recording().then(Instant::now);
        self.emit(|path, invocation| Event::CallStarted { path, invocation });
        let mut progress = Progress {
            recorded: started.is_some(),
            requests: Vec::new(),
            responses: Vec::new(),
            side_calls: Vec::new(),
            summary: Summary::default(),
            replayed: false,
            untold: false,
        };
        progress.summary.warnings.extend(self.call.prelude.warnings.iter().cloned());
        let result = self.converse(request, &mut progress, accept).await;
        self.emit(|path, invocation| Event::CallEnded { path, invocation, ok: result.is_ok() });
        for warning in &progress.summary.warnings {
            self.slot.scope().warn(&format!("`{}`: {warning}", self.slot.path()));
        }
        if !progress.summary.broken_checks.is_empty() {
            self.slot.scope().note_broken(&progress.summary.broken_checks);
        }
        if let Some(started) = started {
            run.record(CallRecord {
                sequence,
                invocation: self.slot.scope().id(),
                parent: self.slot.scope().parent(),
                path: self.slot.path().to_owned(),
                inputs: self.call.inputs.clone(),
                outputs: result.as_ref().map(Fields::clone).map_err(ToString::to_string),
                requests: progress.requests,
                responses: progress.responses,
                side_calls: progress.side_calls,
                usage: progress.summary.usage,
                warnings: progress.summary.warnings.clone(),
                replayed: progress.replayed,
                elapsed: started.elapsed(),
            });
        }
        result.map(|_| progress.summary)
    }

    /// Asks until an answer can be read or the follow-ups are used up; gives the first fields.
    async fn converse(
        &self,
        mut request: Request,
        progress: &mut Progress,
        accept: &mut Accept<'_>,
    ) -> Result<Fields> {
        let mut left = self.follow_ups;
        loop {
            let response = match self.ask(&request, progress).await {
                Ok(response) => response,
                Err(error) => {
                    progress.keep(request, None);
                    return Err(error);
                }
            };
            let side = SideCalls::new(self.slot);
            let call = self.call.with_request(&request).with_side_calls(&side);
            let read = self.read(call, &response, &mut progress.summary, accept).await;
            let made = side.take();
            progress.summary.usage += made.usage;
            progress.replayed |= made.replayed;
            progress.side_calls.extend(made.calls);
            let error = match read {
                Err(error) if left > 0 && worth_asking_again(&error.kind) => error,
                last => {
                    if let (Ok(fields), true) = (&last, progress.untold) {
                        self.tell(fields);
                    }
                    progress.keep(request, Some(response));
                    let path = || self.slot.path().to_owned();
                    return last.map_err(|error| Error::Answer { path: path(), error });
                }
            };
            left -= 1;
            let problems: Vec<String> = error.problems().map(ToString::to_string).collect();
            progress.summary.warnings.push(format!("asked again: {}", problems.join("; ")));
            let next = self.adapter.follow_up(&self.call, &request, &error);
            progress.keep(std::mem::replace(&mut request, next), Some(response));
        }
    }

    async fn ask(&self, request: &Request, progress: &mut Progress) -> Result<Response> {
        let run = self.slot.run();
        if let Some(memo) = run.memo() {
            let key = MemoKey::new(self.slot.path(), request);
            if let Some(paid) = key.and_then(|key| memo.take(&key)) {
                progress.replayed = true;
                return Ok(paid);
            }
        }
        let answered = if run.wants_events() {
            self.stream(request).await.map(|(response, told)| {
                progress.untold = !told;
                response
            })
        } else {
            self.lm.generate(request).await
        };
        let response = answered.map_err(|error| Error::Lm {
            path: self.slot.path().to_owned(),
            error: Box::new(error),
        })?;
        if !response.cached {
            self.slot.scope().spend(response.usage);
            progress.summary.usage += response.usage;
        }
        Ok(response)
    }

    /// The response, and whether anything of its fields was told on the way.
    async fn stream(&self, request: &Request) -> std::result::Result<(Response, bool), LmError> {
        let mut events = self.lm.stream(request).await?;
        let mut fields = self.adapter.field_stream(&self.call);
        let mut told = false;
        let mut emit = |deltas: Vec<FieldDelta>| {
            told |= !deltas.is_empty();
            for delta in deltas {
                self.emit_delta(delta);
            }
        };
        while let Some(event) = events.next().await {
            match event? {
                StreamEvent::Text { index: 0, delta } => emit(fields.push(&delta)),
                StreamEvent::Done(response) => {
                    emit(fields.finish());
                    return Ok((response, told));
                }
                _ => {}
            }
        }
        Err(LmError::Decode {
            host: self.lm.name().to_owned(),
            message: "the stream ended before the answer was complete".to_owned(),
        })
    }

    /// Reads every completion; one that cannot be read is an error only if none can.
    async fn read(
        &self,
        call: AdapterCall<'_>,
        response: &Response,
        summary: &mut Summary,
        accept: &mut Accept<'_>,
    ) -> std::result::Result<Fields, Box<AnswerError>> {
        let warnings = &mut summary.warnings;
        let mut first: Option<Fields> = None;
        let mut errors: Vec<Box<AnswerError>> = Vec::new();
        for completion in &response.completions {
            let answer = match self.parse(&call, completion).await {
                Ok(answer) => answer,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            let fields = Value::Object(answer.fields);
            let accepted = accept(&fields);
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
        let Ok(mut answer) = fallback.parse(&call.with_prelude(&prelude), completion).await else {
            return Err(error);
        };
        answer
            .warnings
            .push(format!("{:?} read the answer, as {:?} could not", fallback, self.adapter));
        Ok(answer)
    }

    /// Tells the fields whole, as none of them could be told before.
    fn tell(&self, fields: &Fields) {
        for (field, value) in fields {
            self.emit_delta(FieldDelta { field: field.clone(), delta: render_value(value) });
        }
    }

    fn emit_delta(&self, FieldDelta { field, delta }: FieldDelta) {
        self.emit(|path, invocation| Event::FieldDelta { path, invocation, field, delta });
    }

    fn emit(&self, event: impl FnOnce(String, u64) -> Event) {
        if self.slot.run().wants_events() {
            let invocation = self.slot.scope().id();
            self.slot.run().emit(event(self.slot.path().to_owned(), invocation));
        }
    }
}

/// A cut-off answer would be cut off again, a refusal repeated, and a second model that failed is not
/// mended by the first. An answer that breaks an assertion was read without trouble: what to do about
/// it is for the program to decide.
fn worth_asking_again(kind: &AnswerErrorKind) -> bool {
    use AnswerErrorKind::{Asserted, CutOff, Filtered, Reader};
    !matches!(kind, CutOff | Filtered | Reader { .. } | Asserted { .. })
}
