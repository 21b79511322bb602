//! The lines of a saved evaluation.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::item::Item;
use super::super::program_note::ProgramNote;
use super::super::result::Evaluation;
use super::seconds;
use super::trace::{CallLine, trace_of};
use crate::lm::{Spent, Usage};
use crate::signature::{Data, Fields};
use crate::wire;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) dspy_evaluation: u64,
    pub(super) version: String,
    pub(super) rows: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) program: Option<ProgramNote>,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct End {
    pub(super) summary: Summary,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Summary {
    score: f64,
    interval: [f64; 2],
    rows: usize,
    failed: usize,
    usage: Usage,
    metric_spent: Spent,
    elapsed_s: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stopped: Option<String>,
}

impl Summary {
    pub(super) fn of<O>(evaluation: &Evaluation<O>) -> Self {
        Self {
            score: evaluation.score(),
            interval: evaluation.interval(),
            rows: evaluation.items().len(),
            failed: evaluation.errors().count(),
            usage: evaluation.usage(),
            metric_spent: evaluation.metric_spent(),
            elapsed_s: evaluation.elapsed().as_secs_f64(),
            stopped: evaluation.stopped().map(str::to_owned),
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        seconds(self.elapsed_s)
    }
}

/// A row's line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ItemLine {
    index: usize,
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slice: Option<String>,
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    input: Fields,
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    label: Fields,
    score: f64,
    scores: Vec<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    feedback: Option<String>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    output: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    usage: Usage,
    #[serde(default, skip_serializing_if = "is_free")]
    metric_spent: Spent,
    elapsed_s: f64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    trace: Vec<CallLine>,
}

fn is_free(spent: &Spent) -> bool {
    *spent == Spent::default()
}

impl ItemLine {
    pub(super) fn of<O: Serialize>(item: &Item<O>) -> serde_json::Result<Self> {
        Ok(Self {
            index: item.index,
            id: item.id.clone(),
            slice: item.slice.clone(),
            input: item.input.clone(),
            label: item.label.clone(),
            score: item.score,
            scores: item.scores.clone(),
            feedback: item.feedback.clone(),
            output: item.output.as_ref().map(wire::to_value).transpose()?.unwrap_or_default(),
            error: item.error.clone(),
            usage: item.usage,
            metric_spent: item.metric_spent,
            elapsed_s: item.elapsed.as_secs_f64(),
            trace: item.trace.calls().iter().map(CallLine::of).collect(),
        })
    }

    /// The outcome; an error where the output is of another type.
    pub(super) fn item<O: Data>(self) -> Result<Item<O>, String> {
        let output = match self.output {
            Value::Null => None,
            value => Some(wire::from_value(value).map_err(|error| {
                format!("field `output`: {error}; is this a result of another program?")
            })?),
        };
        Ok(Item {
            index: self.index,
            id: self.id,
            slice: self.slice,
            input: self.input,
            label: self.label,
            score: self.score,
            scores: self.scores,
            feedback: self.feedback,
            output,
            error: self.error,
            usage: self.usage,
            metric_spent: self.metric_spent,
            elapsed: seconds(self.elapsed_s),
            trace: trace_of(self.trace),
        })
    }
}
