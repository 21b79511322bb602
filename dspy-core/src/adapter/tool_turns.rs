//! Steps with tools by a provider's own means: tools in the request, calls and results as messages.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};

use super::chat::ChatAdapter;
use super::outline::{push_objective, shown_inputs};
use super::turns::{self, Format};
use super::{Adapter, AdapterCall, Answer, AnswerError, AnswerErrorKind, Prelude};
use crate::form::Target;
use crate::lm::{
    Completion, FinishReason, Message, Part, Request, Role, ToolCall, ToolResult, ToolSpec,
};
use crate::signature::{Demo, Fields, SignatureSchema};

/// The output that holds what a step is meant to do.
pub(crate) const THOUGHT: &str = "next_thought";
/// The output that names a step's tool.
pub(crate) const TOOL: &str = "next_tool_name";
/// The output that holds the tool's arguments.
pub(crate) const ARGUMENTS: &str = "next_tool_args";
/// The input that holds the steps so far.
pub(crate) const TRAJECTORY: &str = "trajectory";
/// The tool that ends the steps.
pub(crate) const FINISH: &str = "finish";

const OMITTED: &str = "The result is not part of this demonstration.";

/// Asks for one step of a task. The steps so far are messages of their own, in the provider's form;
/// what the input [`TRAJECTORY`] says of them is left out. Demonstrations become such steps as well.
#[derive(Clone, Debug)]
pub(crate) struct ToolTurns {
    tools: Vec<ToolSpec>,
    turns: Vec<Arc<Message>>,
    /// The parts of the completion that was read, to be sent back as they came.
    said: Arc<Mutex<Vec<Part>>>,
}

impl ToolTurns {
    /// A step with these tools, after these messages.
    pub(crate) fn new(tools: Vec<ToolSpec>, turns: Vec<Arc<Message>>) -> Self {
        Self { tools, turns, said: Arc::default() }
    }

    /// The parts of the completion that was read last.
    pub(crate) fn said(&self) -> Vec<Part> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The task as messages of plain text; only inputs have headers.
struct Task;

impl Format for Task {
    fn system(&self, schema: &SignatureSchema) -> String {
        let mut text = String::from("These are the inputs, each under its header:\n");
        for field in shown_inputs(schema).filter(|field| field.name() != TRAJECTORY) {
            let _ = write!(text, "- `{}` ({})", field.name(), field.type_name());
            if !field.desc().is_empty() {
                let _ = write!(text, ": {}", field.desc().replace('\n', "\n  "));
            }
            text.push('\n');
        }
        text.push('\n');
        push_objective(&mut text, schema);
        text
    }

    fn open(&self, out: &mut String, name: &str) {
        ChatAdapter.open(out, name);
    }

    fn neutral<'t>(&self, schema: &SignatureSchema, text: &'t str) -> Cow<'t, str> {
        ChatAdapter.neutral(schema, text)
    }

    fn answer(&self, _: &SignatureSchema, values: &Fields, absent: Option<&str>) -> String {
        let thought = values.get(THOUGHT).and_then(Value::as_str);
        thought.or(absent).unwrap_or_default().to_owned()
    }

    fn reminder(&self, _: &SignatureSchema) -> String {
        String::new()
    }
}

impl Adapter for ToolTurns {
    fn prelude(&self, schema: &SignatureSchema, demos: &[Demo]) -> Result<Prelude, String> {
        let mut prelude = Prelude::new([Message::system(Task.system(schema))]);
        for (index, demo) in demos.iter().enumerate() {
            match demonstration(schema, index, demo)? {
                Some(messages) => prelude.messages.extend(messages.into_iter().map(Arc::new)),
                None => prelude.warnings.push(format!(
                    "demonstration {index} is not shown to the model: it has no input, or names no \
                     tool of the task"
                )),
            }
        }
        Ok(prelude)
    }

    fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String> {
        let mut inputs = call.inputs.clone();
        inputs.shift_remove(TRAJECTORY);
        let mut question = *call;
        question.inputs = &inputs;
        let mut request = turns::request(&Task, &question)?;
        request.messages.extend(self.turns.iter().cloned());
        request.tools.clone_from(&self.tools);
        Ok(request)
    }

    async fn parse(
        &self,
        _: &AdapterCall<'_>,
        completion: &Completion,
    ) -> Result<Answer, Box<AnswerError>> {
        let text = completion.joined_text();
        let fail = |kind| Err(Box::new(AnswerError::new(kind, text.as_str(), Fields::new())));
        let calls = distinct(completion);
        let is_limited =
            matches!(completion.finish, FinishReason::Length | FinishReason::ContextWindow);
        match completion.finish {
            FinishReason::ContentFilter => return fail(AnswerErrorKind::Filtered),
            _ if !calls.is_empty() => {}
            _ if is_limited => return fail(AnswerErrorKind::CutOff),
            _ if text.trim().is_empty() => return fail(AnswerErrorKind::Empty),
            _ => {}
        }
        let mut ids = calls.iter().map(|call| call.id.as_str());
        let said = completion.parts.iter().cloned().map(|part| match part {
            Part::ToolCall(mut call) => {
                call.id = ids.next().unwrap_or_default().to_owned();
                Part::ToolCall(call)
            }
            part => part,
        });
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = said.collect();
        let mut answer = Answer { reasoning: completion.reasoning(), ..Answer::default() };
        // A model that calls nothing has done what it could.
        let first = calls.first().map(|call| (call.name.as_str(), call.arguments.clone()));
        let (name, arguments) = first.unwrap_or((FINISH, json!({})));
        answer.fields.insert(THOUGHT.to_owned(), Value::from(text.trim()));
        answer.fields.insert(TOOL.to_owned(), Value::from(name));
        answer.fields.insert(ARGUMENTS.to_owned(), arguments);
        answer.tool_calls = calls;
        Ok(answer)
    }
}

/// The calls of a completion, no two with the same id: results are told apart by it.
fn distinct(completion: &Completion) -> Vec<ToolCall> {
    let mut calls: Vec<ToolCall> = Vec::new();
    for call in completion.tool_calls() {
        let mut call = call.clone();
        let is_taken = |id: &str| calls.iter().any(|other| other.id == id);
        if call.id.is_empty() || is_taken(&call.id) {
            let base = if call.id.is_empty() { "call" } else { &call.id };
            let free = (calls.len() + 1..).map(|n| format!("{base}_{n}")).find(|id| !is_taken(id));
            call.id = free.unwrap_or_default();
        }
        calls.push(call);
    }
    calls
}

/// A demonstration as messages: the question with its steps so far, the call, and a stand-in for its
/// result, without which providers refuse a call.
fn demonstration(
    schema: &SignatureSchema,
    index: usize,
    demo: &Demo,
) -> Result<Option<Vec<Message>>, String> {
    let has_input = shown_inputs(schema).any(|field| demo.fields.contains_key(field.name()));
    let Some(tool) = demo.fields.get(TOOL).and_then(Value::as_str).filter(|_| has_input) else {
        return Ok(None);
    };
    let arguments = demo.fields.get(ARGUMENTS).cloned().unwrap_or_else(|| json!({}));
    let call = ToolCall::new(format!("demo_{index}"), tool, arguments);
    let result = ToolResult::new(&call, OMITTED);
    let thought = Task.answer(schema, &demo.fields, None);
    let mut parts = Vec::new();
    if !thought.is_empty() {
        parts.push(Part::text(thought));
    }
    parts.push(Part::ToolCall(call));
    Ok(Some(vec![
        Message::new(
            Role::User,
            turns::turn(&Task, schema, &demo.fields, None, "", &Target::default())?,
        ),
        Message::new(Role::Assistant, parts),
        Message::new(Role::Tool, vec![Part::ToolResult(result)]),
    ]))
}
