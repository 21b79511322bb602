//! What an agent did: its steps, and why they ended.

use std::fmt::Write as _;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::adapter::render_value;

/// The steps of an agent, and why they ended.
///
/// As JSON: `{"steps": [{"thought": …, "calls": [{"name": …, "args": …, "observation": …,
/// "elapsed": …}]}], "forgotten": …, "finish": {"reason": …}}`, with `error` in place of
/// `observation` for a call that failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Trajectory {
    /// All steps, in order.
    pub steps: Vec<Step>,
    /// How many of the first steps the model no longer saw in the end, for want of room in its
    /// context window.
    #[serde(default)]
    pub forgotten: usize,
    /// Why there are no more.
    pub finish: Finish,
}

impl Trajectory {
    /// All calls of tools, in order.
    pub fn calls(&self) -> impl Iterator<Item = &ToolUse> {
        self.steps.iter().flat_map(|step| &step.calls)
    }
}

/// One turn of the model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Step {
    /// What the model said it wants to do.
    pub thought: String,
    /// The tools it called, in the order in which it named them. They ran at the same time.
    pub calls: Vec<ToolUse>,
    /// What was wrong with the step, where it could not be read or the model failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// One call of a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ToolUse {
    /// The tool's name, as the model wrote it.
    pub name: String,
    /// The arguments, as the model gave them.
    pub args: Value,
    /// What came of it, as the model saw it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How long it took; in JSON in seconds.
    #[serde(with = "seconds")]
    #[schemars(with = "f64")]
    pub elapsed: Duration,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The tool's result as text.
    Observation(String),
    /// Why there is none: a failure of the tool, an unknown tool, arguments that do not fit.
    Error(String),
}

impl Outcome {
    /// The text.
    pub fn text(&self) -> &str {
        match self {
            Self::Observation(text) | Self::Error(text) => text,
        }
    }

    /// Whether the call failed.
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Error(_))
    }
}

/// Why an agent took no further step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finish {
    /// The model said that it knows enough.
    #[default]
    Answered,
    /// The most steps that are allowed.
    MaxIterations,
    /// The most calls of models that are allowed, but for the one that answers.
    MaxCalls,
    /// The most tokens that are allowed.
    MaxTokens,
    /// The time was up.
    MaxTime,
    /// The task does not fit into the model's context window even without its steps.
    ContextWindow,
    /// The model failed.
    LmFailed {
        /// What it reported.
        message: String,
    },
}

/// A call of the tool that ends the steps has no result.
const DONE: &str = "Done.";

impl ToolUse {
    pub(super) fn finish(args: Value) -> Self {
        Self {
            name: crate::adapter::FINISH.to_owned(),
            args,
            outcome: Outcome::Observation(DONE.to_owned()),
            elapsed: Duration::ZERO,
        }
    }
}

impl Step {
    /// The step as a prompt tells it. Every line of what a tool or the model said is indented more
    /// deeply than what stands around it, so that none can pass for a step of its own.
    pub(super) fn push(&self, number: usize, out: &mut String) {
        let _ = write!(out, "Step {number}");
        let mut entry = |indent: usize, key: &str, text: &str| {
            let _ = write!(out, "\n{:indent$}{key}:", "");
            if text.contains(breaks_line) {
                for line in text.trim_end().split(breaks_line) {
                    let _ = write!(out, "\n{:deeper$}{line}", "", deeper = indent + 4);
                }
            } else {
                let _ = write!(out, " {text}");
            }
        };
        if !self.thought.is_empty() {
            entry(2, "thought", &self.thought);
        }
        for call in &self.calls {
            entry(2, "tool", &call.name);
            entry(4, "args", &render_value(&call.args));
            let key = if call.outcome.is_error() { "error" } else { "observation" };
            entry(4, key, call.outcome.text());
        }
        if let Some(problem) = &self.problem {
            entry(2, "problem", problem);
        }
    }
}

/// Whether somebody could take the character for the end of a line.
fn breaks_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

mod seconds {
    use std::time::Duration;

    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        elapsed: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(elapsed.as_secs_f64())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds).map_err(D::Error::custom)
    }
}
