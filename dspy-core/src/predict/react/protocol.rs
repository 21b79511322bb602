//! Two ways to ask for a step: as fields of text, or by the provider's own means for tools.

use std::sync::Arc;

use serde_json::{Value, json};

use super::memory::Memory;
use crate::adapter::{
    ARGUMENTS, Adapter, AdapterCall, Answer, AnswerError, DynAdapter, FINISH, FieldStream, Prelude,
    THOUGHT, TOOL, TRAJECTORY, ToolTurns,
};
use crate::error::Result;
use crate::lm::{Completion, Part, Request, ToolCall, ToolSpec};
use crate::module::Leaf;
use crate::predict::Predictor;
use crate::signature::{Demo, Fields, SignatureSchema};
use crate::tool::listing;

/// What the model wants to do.
#[derive(Debug)]
pub(super) struct Wish {
    pub(super) thought: String,
    pub(super) calls: Vec<ToolCall>,
    /// What it said, to be sent back as it came; empty under the text protocol.
    pub(super) said: Vec<Part>,
}

/// A predictor that asks for steps.
#[derive(Debug)]
pub(super) enum Protocol {
    Text(Predictor),
    Native(Predictor, Vec<ToolSpec>),
}

impl Protocol {
    pub(super) fn new(react: &Predictor, tools: Vec<ToolSpec>, native: bool) -> Self {
        let mut react = react.clone();
        if native {
            return Self::Native(react, tools);
        }
        if is_listed(react.instructions(), &tools) {
            return Self::Text(react);
        }
        let listing = format!("The tools are:\n{}", listing(&tools));
        let adapter = Listed { inner: react.adapter().clone(), listing: listing.into() };
        react.set_adapter(&DynAdapter::new(adapter));
        Self::Text(react)
    }

    pub(super) fn is_native(&self) -> bool {
        matches!(self, Self::Native(..))
    }

    /// Asks for the next step.
    pub(super) async fn ask(&self, inputs: &Fields, memory: &Memory) -> Result<Wish> {
        let mut inputs = inputs.clone();
        inputs.insert(TRAJECTORY.to_owned(), Value::from(memory.text()));
        match self {
            Self::Text(react) => {
                let step = react.predict::<Fields>(&inputs, |_| Vec::new()).await?.into_output();
                let text = |name: &str| step.get(name).and_then(Value::as_str).unwrap_or_default();
                let arguments = step.get(ARGUMENTS).cloned().unwrap_or_else(|| json!({}));
                let call = ToolCall::new("", text(TOOL), arguments);
                let thought = text(THOUGHT).to_owned();
                Ok(Wish { thought, calls: vec![call], said: Vec::new() })
            }
            Self::Native(react, tools) => {
                let turns = ToolTurns::new(tools.clone(), memory.messages());
                let mut react = react.clone();
                react.set_adapter(&DynAdapter::new(turns.clone()));
                let step = react.predict::<Fields>(&inputs, |_| Vec::new()).await?;
                let thought = step.get(THOUGHT).and_then(Value::as_str).unwrap_or_default();
                let (thought, mut calls) = (thought.to_owned(), step.tool_calls().to_vec());
                if calls.is_empty() {
                    calls.push(ToolCall::new("", FINISH, json!({})));
                }
                Ok(Wish { thought, calls, said: turns.said() })
            }
        }
    }
}

/// Whether instructions list these tools already, as those of Python DSPy's agents do: `(1) name` at the
/// start of a line each.
fn is_listed(instructions: &str, tools: &[ToolSpec]) -> bool {
    let names = |line: &str, tool: &ToolSpec| {
        let numbered = line.strip_prefix('(').and_then(|rest| rest.split_once(") "));
        numbered.is_some_and(|(number, rest)| {
            let after = rest.strip_prefix(tool.name.as_str());
            number.parse::<u32>().is_ok()
                && after
                    .is_some_and(|it| !it.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        })
    };
    tools.iter().all(|tool| instructions.lines().any(|line| names(line, tool)))
}

/// An adapter that ends the instructions with the list of tools.
#[derive(Clone, Debug)]
struct Listed {
    inner: DynAdapter,
    listing: Arc<str>,
}

impl Listed {
    fn extended(&self, schema: &SignatureSchema) -> SignatureSchema {
        let instructions = format!("{}\n\n{}", schema.instructions(), self.listing);
        schema.clone().with_instructions(instructions)
    }
}

impl Adapter for Listed {
    fn prelude(&self, schema: &SignatureSchema, demos: &[Demo]) -> Result<Prelude, String> {
        self.inner.prelude(&self.extended(schema), demos)
    }

    fn prepare(&self, call: &AdapterCall<'_>) -> Result<Request, String> {
        self.inner.prepare(call)
    }

    async fn parse(
        &self,
        call: &AdapterCall<'_>,
        completion: &Completion,
    ) -> Result<Answer, Box<AnswerError>> {
        self.inner.parse(call, completion).await
    }

    fn follow_up(&self, call: &AdapterCall<'_>, request: &Request, error: &AnswerError) -> Request {
        self.inner.follow_up(call, request, error)
    }

    fn field_stream(&self, call: &AdapterCall<'_>) -> Box<dyn FieldStream> {
        self.inner.field_stream(call)
    }
}
