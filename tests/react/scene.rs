//! What the tests share: a task, some tools, and answers in both protocols.

use std::sync::Arc;
use std::time::Duration;

use dspy::lm::{
    Capabilities, Completion, LmError, Message, Part, ProviderFailure, Request, Response, Role,
    Scripted, ScriptedAnswer, ToolCall,
};
use dspy::predict::{Answered, Finish, Outcome};
use dspy::prelude::*;
use serde_json::{Value, json};

/// Answer the question.
#[derive(Signature, Clone)]
pub(crate) struct Qa {
    #[input]
    pub(crate) question: String,
    #[output]
    pub(crate) answer: String,
}

#[data]
pub(crate) struct Lookup {
    /// What to look up.
    pub(crate) key: String,
    #[serde(default)]
    #[schemars(range(max = 9))]
    pub(crate) limit: Option<u32>,
}

/// `lookup` echoes, `fail` fails, `slow` sleeps for a minute, `panic` panics, `flood` never ends.
pub(crate) fn tools() -> Vec<Tool> {
    let echo = |it: Lookup| async move { format!("found {} {:?}", it.key, it.limit) };
    let flood = |(): ()| async move { format!("begin {} end", "x".repeat(1_000_000)) };
    vec![
        Tool::new("lookup", "Looks a key up.", echo),
        Tool::new("fail", "Fails.", |(): ()| async move { Err::<(), _>("no network") }),
        Tool::new("panic", "Panics.", |(): ()| async move { panic!("oh no") as String }),
        Tool::new("slow", "Sleeps.", |(): ()| tokio::time::sleep(Duration::from_secs(60)))
            .with_timeout(Duration::from_millis(50)),
        Tool::new("flood", "Gives a lot.", flood),
    ]
}

pub(crate) fn agent(model: &Scripted) -> ReAct<Qa> {
    ReAct::<Qa>::new(tools()).unwrap().with_lm(&model.lm())
}

/// A step as text.
pub(crate) fn step(tool: &str, args: Value) -> ScriptedAnswer {
    raw_step(tool, &args.to_string())
}

pub(crate) fn raw_step(tool: &str, args: &str) -> ScriptedAnswer {
    format!(
        "[[ ## next_thought ## ]]\nI try {tool}.\n\n[[ ## next_tool_name ## ]]\n{tool}\n\n\
         [[ ## next_tool_args ## ]]\n{args}\n\n[[ ## completed ## ]]"
    )
    .into()
}

pub(crate) fn finish() -> ScriptedAnswer {
    step("finish", json!({}))
}

pub(crate) fn answer() -> ScriptedAnswer {
    "[[ ## reasoning ## ]]\nAs found.\n\n[[ ## answer ## ]]\nParis\n\n[[ ## completed ## ]]".into()
}

/// A step by the provider's own means.
pub(crate) fn calls(thought: &str, calls: impl IntoIterator<Item = ToolCall>) -> Response {
    let mut parts = vec![Part::text(thought)];
    parts.extend(calls.into_iter().map(Part::ToolCall));
    let mut completion = Completion::default();
    completion.parts = parts;
    let mut response = Response::default();
    response.completions = vec![completion];
    response
}

pub(crate) fn call(id: &str, name: &str, args: Value) -> ToolCall {
    ToolCall::new(id, name, args)
}

/// A model with tool calls of its own.
pub(crate) fn native(answers: impl IntoIterator<Item = ScriptedAnswer>) -> Scripted {
    let mut capabilities = Capabilities::default();
    capabilities.tools = true;
    Scripted::new(answers).with_capabilities(capabilities)
}

/// The outcome of the only call of a step.
pub(crate) fn outcome(out: &Answered<QaOutput>, step: usize) -> &Outcome {
    let calls = &out.trajectory.steps[step].calls;
    assert_eq!(calls.len(), 1, "{:?}", out.trajectory);
    &calls[0].outcome
}

pub(crate) fn assert_answered(out: &Answered<QaOutput>) {
    assert_eq!(out.trajectory.finish, Finish::Answered);
    assert_eq!(out.answer, "Paris");
    assert_eq!(out.reasoning, "As found.");
}

pub(crate) fn last_message(model: &Scripted, request: usize) -> String {
    let requests = model.requests();
    requests[request].messages.last().unwrap().text()
}

pub(crate) fn tool_messages(request: &Request) -> Vec<Arc<Message>> {
    request.messages.iter().filter(|message| message.role == Role::Tool).cloned().collect()
}

/// What a provider says of a prompt that is too long.
pub(crate) fn too_long() -> LmError {
    let mut failure = ProviderFailure::default();
    failure.status = 400;
    failure.message = "too long".to_owned();
    LmError::ContextWindow(Box::new(failure))
}

pub(crate) fn broken(retryable: bool) -> LmError {
    LmError::Other { message: "the line is cut".to_owned(), retryable }
}
