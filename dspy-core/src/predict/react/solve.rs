//! One run of an agent: step after step, then the answer.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument as _;

use super::ReAct;
use super::answered::Answered;
use super::limits::Limits;
use super::memory::{Memory, turn_of_calls, turn_of_problem};
use super::protocol::{Protocol, Wish};
use super::tasks;
use super::trajectory::{Finish, Outcome, Step, ToolUse, Trajectory};
use crate::adapter::{ARGUMENTS, AnswerError, FINISH, THOUGHT, TOOL, TRAJECTORY, render_value};
use crate::error::{Error, Result};
use crate::lm::{LmError, ToolCall, ToolResult, Usage};
use crate::module::{Leaf, Path, above, below};
use crate::parse::Level;
use crate::run::{Bracket, Event, Slot, listening};
use crate::signature::{Fields, Reasoned, Signature};
use crate::tool::{ToolError, Toolset, span};

/// Failures of the model in a row after which a step is not tried again.
const MOST_FAILURES: u32 = 2;

struct Run<'a> {
    inputs: Fields,
    protocol: Protocol,
    tools: &'a Toolset,
    limits: Limits,
    deadline: Option<Instant>,
    slot: Option<Arc<Slot>>,
    memory: Memory,
    failures: u32,
    /// Whether spans carry what tools are given and give.
    traces_content: bool,
}

impl<S: Signature> ReAct<S> {
    /// Works on one input.
    pub(super) async fn solve(&self, input: S::Input) -> Result<Answered<S::Output>> {
        let inputs = self.react.input_fields(&input)?;
        let native = match self.native {
            Some(native) => native,
            None => self.react.model()?.capabilities().tools,
        };
        let specs = tasks::specs(&S::schema(), &self.tools);
        let mut run = Run {
            inputs,
            protocol: Protocol::new(&self.react, specs, native),
            tools: &self.tools,
            limits: self.limits,
            deadline: self.limits.time.map(|time| Instant::now() + time),
            slot: self.react.slot().cloned(),
            memory: Memory::default(),
            failures: 0,
            traces_content: listening() && self.react.model().is_ok_and(|lm| lm.traces_content()),
        };
        let finish = run.steps().await?;
        let answer = self.answer(&mut run).await?;
        let Memory { steps, forgotten, .. } = run.memory;
        Ok(Answered {
            reasoning: answer.reasoning,
            output: answer.output,
            trajectory: Trajectory { steps, forgotten, finish },
        })
    }

    /// The outputs, from what was found out.
    async fn answer(&self, run: &mut Run<'_>) -> Result<Reasoned<S::Output>> {
        let rules = |reasoned: &Reasoned<S::Output>| S::broken_rules(&reasoned.output);
        loop {
            let mut inputs = run.inputs.clone();
            inputs.insert(TRAJECTORY.to_owned(), Value::from(run.memory.text()));
            match self.extract.predict(&inputs, rules).await {
                Ok(answer) => return Ok(answer.into_output()),
                Err(error) if is_too_long(&error) && run.forget() => {}
                Err(error) => return Err(error),
            }
        }
    }
}

fn is_too_long(error: &Error) -> bool {
    error.as_lm().is_some_and(LmError::is_context_window)
}

impl Run<'_> {
    /// Takes steps until there is a reason not to.
    async fn steps(&mut self) -> Result<Finish> {
        loop {
            let taken = self.memory.steps.len();
            if let Some(finish) = self.limits.reached(taken, self.usage(), self.deadline) {
                return Ok(finish);
            }
            let asked = match self.deadline {
                None => self.protocol.ask(&self.inputs, &self.memory).await,
                Some(deadline) => {
                    let asking = self.protocol.ask(&self.inputs, &self.memory);
                    match timeout_at(deadline, asking).await {
                        Ok(asked) => asked,
                        Err(_) => return Ok(Finish::MaxTime),
                    }
                }
            };
            match asked {
                Ok(wish) => {
                    self.failures = 0;
                    if self.take(wish).await {
                        return Ok(Finish::Answered);
                    }
                }
                Err(error) => {
                    if let Some(finish) = self.fail(error)? {
                        return Ok(finish);
                    }
                }
            }
        }
    }

    /// Runs the tools of a step, all at the same time; gives whether it was the last step.
    async fn take(&mut self, wish: Wish) -> bool {
        let Wish { thought, calls, said } = wish;
        let is_last = calls.iter().any(|call| call.name == FINISH);
        let uses: Vec<ToolUse> = join_all(calls.iter().map(|call| self.call(call))).await;
        let turn = if self.protocol.is_native() {
            let results = calls.iter().zip(&uses).filter(|(call, _)| !call.id.is_empty());
            let results = results.map(|(call, it)| {
                ToolResult::new(call, it.outcome.text()).with_error(it.outcome.is_error())
            });
            turn_of_calls(said, results.collect())
        } else {
            Vec::new()
        };
        self.memory.add(Step { thought, calls: uses, problem: None }, turn);
        is_last
    }

    async fn call(&self, call: &ToolCall) -> ToolUse {
        if call.name == FINISH {
            return ToolUse::finish(call.arguments.clone());
        }
        let (started, told) = (Instant::now(), self.begun(call));
        let outcome = match self.traced(call).await {
            Ok(value) => Outcome::Observation(self.limits.shortened(render_value(&value))),
            Err(error) => Outcome::Error(self.limits.shortened(error.to_string())),
        };
        let elapsed = started.elapsed();
        if let Some(told) = told {
            told.end(|event| {
                if let Event::ToolEnded { ok, observation, .. } = event {
                    (*ok, *observation) = (!outcome.is_error(), outcome.text().to_owned());
                }
            });
        }
        ToolUse { name: call.name.clone(), args: call.arguments.clone(), outcome, elapsed }
    }

    async fn traced(&self, call: &ToolCall) -> Result<Value, ToolError> {
        let content = self.traces_content;
        let Some(span) = span::begun(&call.name, &call.id, &call.arguments, content) else {
            return self.result(call).await;
        };
        let done = Box::pin(self.result(call).instrument(span.clone())).await;
        span::ended(&span, &done, content);
        done
    }

    /// Tells that a tool is called, if anybody listens.
    fn begun(&self, call: &ToolCall) -> Option<Box<Bracket>> {
        let slot = self.slot.as_ref().filter(|slot| slot.run().wants_events())?;
        let (react, invocation, attempts) = slot.place();
        let tool = Path::root().field("tools", |path| path.key(&call.name, |path| path.clone()));
        let path = below(&above(&react, "react"), &tool);
        let name = call.name.clone();
        let ended = Event::ToolEnded {
            path: path.clone(),
            invocation,
            attempts: attempts.clone(),
            name: name.clone(),
            ok: false,
            observation: "it was given up".to_owned(),
        };
        let arguments = call.arguments.clone();
        let started = Event::ToolStarted { path, invocation, attempts, name, arguments };
        Some(Box::new(Bracket::open(slot.run(), started, ended)))
    }

    async fn result(&self, call: &ToolCall) -> Result<Value, ToolError> {
        let tool = self.tools.find(&call.name)?;
        let checked = tool.check(call.arguments.clone())?;
        if checked.level > Level::Exact {
            let repairs: Vec<_> = checked.repairs.iter().map(ToString::to_string).collect();
            self.warn(&format!("the arguments of `{}`: {}", call.name, repairs.join("; ")));
        }
        let left = self.deadline.map(|deadline| deadline.duration_since(Instant::now()));
        tool.run(checked.value, left.map(|left| left.max(Duration::from_millis(1)))).await
    }

    /// Makes the best of a step that failed: gives why there can be no other, if so.
    fn fail(&mut self, error: Error) -> Result<Option<Finish>> {
        if is_too_long(&error) {
            return Ok(if self.forget() { None } else { Some(Finish::ContextWindow) });
        }
        if let Some(answer) = error.as_answer()
            && error.as_lm().is_none()
        {
            let step = unread(answer);
            self.warn(&format!("step {}: {}", self.memory.steps.len() + 1, answer.kind));
            let problem = step.problem.clone().unwrap_or_default();
            let turn = turn_of_problem(&answer.raw, &problem);
            self.memory.add(step, turn);
            return Ok(None);
        }
        if error.is_setup() || error.as_lm().is_none() {
            return Err(error);
        }
        self.failures += 1;
        let message = error.to_string();
        if !error.is_retryable() || self.failures > MOST_FAILURES {
            return Ok(Some(Finish::LmFailed { message }));
        }
        self.warn(&format!("step {} failed: {message}", self.memory.steps.len() + 1));
        let problem = Some("There was no answer.".to_owned());
        self.memory.add(Step { problem, ..Step::default() }, Vec::new());
        Ok(None)
    }

    /// Forgets the oldest steps; gives whether there were any left.
    fn forget(&mut self) -> bool {
        let Some(count) = self.memory.forget() else { return false };
        self.warn(&format!(
            "the steps do not fit into the model's context window: it no longer sees the oldest \
             {count} of those it saw"
        ));
        true
    }

    fn usage(&self) -> Usage {
        self.slot.as_ref().map(|slot| slot.scope().usage()).unwrap_or_default()
    }

    fn warn(&self, warning: &str) {
        if let Some(slot) = &self.slot {
            slot.scope().warn(warning);
        }
    }
}

/// An answer out of form as a step: what could be read of it, and what is wrong with it.
fn unread(answer: &AnswerError) -> Step {
    let text = |name: &str| answer.partial.get(name).and_then(Value::as_str).unwrap_or_default();
    let problems: Vec<String> = answer.problems().map(ToString::to_string).collect();
    let problem = problems.join("; ");
    let mut step = Step { thought: text(THOUGHT).to_owned(), ..Step::default() };
    // A tool that was named and got no arguments that could be read is a failed call.
    match text(TOOL) {
        "" => step.problem = Some(format!("this answer could not be used: {problem}")),
        name => step.calls.push(ToolUse {
            name: name.to_owned(),
            args: answer.partial.get(ARGUMENTS).cloned().unwrap_or(Value::Null),
            outcome: Outcome::Error(problem),
            elapsed: Duration::ZERO,
        }),
    }
    step
}
