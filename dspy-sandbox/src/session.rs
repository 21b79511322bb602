//! The host's side of a session.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dspy_core::interpreter::{
    CodeError, CodeSession, Execution, HostError, HostFunction, HostParameter, InterpreterError,
    Limit, Limits, Setup,
};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::frame::{Answer, Call, Declared, Done, Order, Report, grace};
use crate::process::Worker;

/// The name by which code calls several host functions at once.
pub(crate) const PARALLEL: &str = "parallel";
/// How long a worker may take to read its variables, beside the time of its code.
const READING: Duration = Duration::from_secs(30);

/// A session of a [`Sandbox`](crate::Sandbox): a process that keeps what code defines.
///
/// A run that is dropped before it ends takes the process with it; the next one begins anew.
#[derive(Debug)]
pub struct SandboxSession {
    program: Arc<Path>,
    limits: Limits,
    setup: Setup,
    worker: Option<Worker>,
}

impl SandboxSession {
    pub(crate) async fn start(
        program: Arc<Path>,
        limits: Limits,
        setup: Setup,
    ) -> Result<Self, InterpreterError> {
        let mut session = Self { program, limits, setup, worker: None };
        session.worker = Some(session.spawn().await?);
        Ok(session)
    }

    /// A worker with the session's variables.
    async fn spawn(&self) -> Result<Worker, InterpreterError> {
        let mut worker = Worker::spawn(&self.program).await?;
        let declared = |function: &HostFunction| Declared {
            name: function.name().to_owned(),
            documentation: format!("{}\n{}", function.declaration(), function.description()),
        };
        let order = Order::Start {
            limits: self.limits.clone(),
            variables: self.setup.variables().clone(),
            functions: self.setup.functions().iter().map(declared).collect(),
        };
        let told = worker.tell(&order).await;
        let heard = match told {
            Ok(()) => worker.hear_within(READING, 1_000).await,
            Err(fault) => Err(fault),
        };
        let refuse = |message| Err(InterpreterError::Start { message });
        match heard {
            Ok(Report::Started) => Ok(worker),
            Ok(other) => refuse(format!("the worker did not take the variables: {other:?}")),
            Err(fault) => {
                let error = fault.into_error(&self.limits);
                refuse(format!("the worker could not take the variables: {error}"))
            }
        }
    }

    /// Has the worker run the code, and answers its calls.
    async fn drive(
        &self,
        worker: &mut Worker,
        code: &str,
        execution: &mut Execution,
    ) -> Result<Done, Fault> {
        worker.tell(&Order::Run { code: code.to_owned() }).await?;
        // As JSON a byte may be written in six.
        let room = |bytes: usize| 6 * bytes as u64 + 100_000;
        let bytes = room(self.limits.transfer).max(room(self.limits.output));
        let mut left = self.limits.time + grace(self.limits.time);
        loop {
            let since = Instant::now();
            let report = worker.hear_within(left, bytes).await?;
            left = left.saturating_sub(since.elapsed());
            match report {
                Report::Printed(text) => {
                    // The worker counts, too; this is for one that code has taken over.
                    if execution.output.len() + text.len() > self.limits.output {
                        worker.kill().await;
                        return Err(Fault::Flood(Limit::Output));
                    }
                    execution.output.push_str(&text);
                }
                Report::Calls(calls) => {
                    execution.calls += calls.len();
                    if execution.calls > self.limits.calls {
                        worker.kill().await;
                        return Err(Fault::Flood(Limit::Calls));
                    }
                    let answers = self.answer(calls).await;
                    worker.tell(&Order::Answers(answers)).await?;
                }
                Report::Done(done) => return Ok(*done),
                Report::Ready { .. } | Report::Started => {
                    worker.kill().await;
                    return Err(Fault::Babble("the worker greets again".to_owned()));
                }
            }
        }
    }

    /// Calls the host functions, several at once.
    async fn answer(&self, calls: Vec<Call>) -> Vec<Answer> {
        let answers = stream::iter(calls).map(|call| self.answer_one(call));
        answers.buffered(self.limits.concurrency.max(1)).collect().await
    }

    async fn answer_one(&self, call: Call) -> Answer {
        let mut functions = self.setup.functions().iter();
        let Some(function) = functions.find(|function| function.name() == call.name) else {
            return Answer::Failed(format!("the host has no function `{}`", call.name));
        };
        match function.call(call.positional, call.named).await {
            Ok(value) => Answer::Value(value),
            Err(HostError::Stop) => Answer::Stop,
            Err(HostError::Failed(message)) => Answer::Failed(message),
            Err(other) => Answer::Failed(format!("{other:?}")),
        }
    }
}

impl CodeSession for SandboxSession {
    async fn run(&mut self, code: &str) -> Result<Execution, InterpreterError> {
        let mut worker = match self.worker.take() {
            Some(worker) => worker,
            None => self.spawn().await?,
        };
        let mut execution = Execution::new();
        let since = Instant::now();
        match self.drive(&mut worker, code, &mut execution).await {
            Ok(done) => {
                execution.value = done.value;
                execution.error = done.error;
                execution.stopped = done.stopped;
            }
            Err(fault) => execution.error = Some(fault.into_error(&self.limits)),
        }
        execution.elapsed = since.elapsed();
        if execution.error.as_ref().is_some_and(CodeError::loses_state) {
            worker.kill().await;
        } else {
            self.worker = Some(worker);
        }
        Ok(execution)
    }
}

/// The function that stands for several calls at once. The worker takes it apart, so that the host
/// sees the calls that it asks for.
pub(crate) fn parallel() -> HostFunction {
    let parameters = [
        HostParameter::new("function", json!({}), true),
        HostParameter::new("items", json!({"type": "array"}), true),
    ];
    HostFunction::new(
        PARALLEL,
        "Calls a function of the host for every item at once; gives the list of results.",
        parameters,
        |_| async { Err::<Value, _>(HostError::failed("it is not called by itself")) },
    )
}
