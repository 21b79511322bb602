//! [`ToolCalls`], and tools as inputs: a model's wish to have tools run, as an output.

use std::borrow::Cow;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Form, NativeAnswer, Target};
use crate::lm::{Part, ToolCall, ToolSpec};

/// The words by which predictors know the types.
pub(crate) const TOOL_CALLS: &str = "tool_calls";
pub(crate) const TOOL: &str = "tool";

/// The tools that a model wants to have run, with their arguments.
///
/// Where a task has tools among its inputs (`Vec<ToolSpec>`) and the model calls tools by its
/// provider's own means, both leave the prompt for those. Otherwise the tools are shown as JSON, and
/// the calls are read from the answer. Nothing is run.
///
/// As JSON it is `{"tool_calls": [{"id": …, "name": …, "args": {…}}]}`, as DSPy writes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Read", into = "Saved")]
pub struct ToolCalls(Vec<ToolCall>);

impl Deref for ToolCalls {
    type Target = [ToolCall];

    fn deref(&self) -> &[ToolCall] {
        &self.0
    }
}

impl From<Vec<ToolCall>> for ToolCalls {
    fn from(calls: Vec<ToolCall>) -> Self {
        Self(calls)
    }
}

#[derive(Serialize, Deserialize)]
struct Saved {
    tool_calls: Vec<Call>,
}

#[derive(Serialize, Deserialize)]
struct Call {
    #[serde(default)]
    id: Option<String>,
    name: String,
    #[serde(default, alias = "arguments")]
    args: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Read {
    All(Saved),
    List(Vec<Call>),
    One(Call),
}

impl From<Read> for ToolCalls {
    fn from(read: Read) -> Self {
        let calls = match read {
            Read::All(Saved { tool_calls }) | Read::List(tool_calls) => tool_calls,
            Read::One(call) => vec![call],
        };
        let named = |(place, Call { id, name, args }): (usize, Call)| {
            let id = id.unwrap_or_else(|| format!("call_{place}"));
            ToolCall::new(id, name, Value::Object(args))
        };
        Self(calls.into_iter().enumerate().map(named).collect())
    }
}

impl From<ToolCalls> for Saved {
    fn from(calls: ToolCalls) -> Self {
        let saved = |ToolCall { id, name, arguments, .. }: ToolCall| Call {
            id: Some(id),
            name,
            args: match arguments {
                Value::Object(args) => args,
                // What the model wrote was no object.
                other => Map::from_iter([("arguments".to_owned(), other)]),
            },
        };
        Self { tool_calls: calls.0.into_iter().map(saved).collect() }
    }
}

impl Form for ToolCalls {
    fn word() -> Cow<'static, str> {
        TOOL_CALLS.into()
    }

    fn title() -> Cow<'static, str> {
        "tool calls".into()
    }

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "tool_calls": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "id": {"type": ["string", "null"]},
                            "name": {"type": "string"},
                            "args": {
                                "type": "object",
                                "additionalProperties": true,
                                "x-aliases": ["arguments"],
                            },
                        },
                        "required": ["name"],
                    },
                },
            },
            "required": ["tool_calls"],
        })
    }

    fn answer_schema() -> Value {
        Self::schema()
    }

    fn note() -> Option<String> {
        Some(
            "JSON of this type: {\"tool_calls\": [{\"name\": text, \"args\": object}]}, an empty \
             list where no tool is needed"
                .to_owned(),
        )
    }

    fn render(&self, _target: &Target) -> Result<Vec<Part>, String> {
        serde_json::to_string(self).map(|text| vec![Part::text(text)]).map_err(|e| e.to_string())
    }

    fn parse(text: &str) -> Result<Self, String> {
        let list = |error| super::json_of(text, &json!({"type": "array"})).map_err(|_| error);
        let read = match super::json_of(text, &Self::schema()) {
            Ok(read) => read,
            Err(error) => list(error)?,
        };
        serde_json::from_value(read).map_err(|_| {
            "expected a list of calls, each with `name` and an object `args`".to_owned()
        })
    }

    fn native(answer: &NativeAnswer<'_>) -> Option<Self> {
        let calls: Vec<ToolCall> = answer.completion.tool_calls().cloned().collect();
        (!calls.is_empty() || answer.is_left_out).then_some(Self(calls))
    }
}

crate::form!(ToolCalls);

impl Form for ToolSpec {
    fn word() -> Cow<'static, str> {
        TOOL.into()
    }

    fn title() -> Cow<'static, str> {
        "tool".into()
    }

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "description": {"type": "string"},
                "parameters": {"type": "object", "additionalProperties": true},
            },
            "required": ["name", "description", "parameters"],
        })
    }

    fn answer_schema() -> Value {
        Self::schema()
    }

    fn render(&self, _target: &Target) -> Result<Vec<Part>, String> {
        serde_json::to_string(self).map(|text| vec![Part::text(text)]).map_err(|e| e.to_string())
    }

    fn parse(text: &str) -> Result<Self, String> {
        super::from_json(text)
    }
}

crate::form!(ToolSpec);
