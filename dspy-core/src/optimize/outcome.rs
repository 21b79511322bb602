//! [`Outcome`]: what became of one item in the hands of one candidate.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lm::{Spent, Usage};
use crate::run::Trace;
use crate::signature::{Demo, Fields};

/// What became of one item in the hands of one candidate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outcome {
    /// Its score; 0 if the run failed.
    pub score: f64,
    /// What the metric said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<String>,
    /// What the metric said of single predictors, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub feedback_for: BTreeMap<String, String>,
    /// Why the run failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What the program gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outputs: Option<Value>,
    /// The calls of its predictors, in the order they were begun; only of recorded runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<Step>>,
    /// What the answers that the program got took.
    #[serde(default)]
    pub usage: Usage,
    /// What the program spent, failed attempts included.
    #[serde(default)]
    pub spent: Spent,
    /// What the metric spent.
    #[serde(default)]
    pub metric_spent: Spent,
}

impl Outcome {
    /// The calls of one predictor.
    pub fn steps_of<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a Step> {
        self.steps.iter().flatten().filter(move |step| step.path == path)
    }
}

/// One call of a predictor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Step {
    /// The predictor.
    pub path: String,
    /// What it got.
    pub inputs: Fields,
    /// What it gave; empty if it failed.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub outputs: Fields,
    /// Why it failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What the model wrote, where it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
}

impl Step {
    /// The call as a demonstration; `None` if it failed.
    pub fn demo(&self) -> Option<Demo> {
        if self.error.is_some() {
            return None;
        }
        let mut fields = self.inputs.clone();
        fields.extend(self.outputs.clone());
        Some(Demo::augmented(fields))
    }

    pub(super) fn all(trace: &Trace) -> Vec<Self> {
        let step = |call: &crate::run::CallRecord| {
            let answer = || Some(call.responses.last()?.completions.first()?.joined_text());
            Self {
                path: call.path.clone(),
                inputs: call.inputs.clone(),
                outputs: call.outputs.clone().unwrap_or_default(),
                error: call.outputs.as_ref().err().cloned(),
                raw: call.outputs.is_err().then(answer).flatten().map(|text| text.to_string()),
            }
        };
        trace.calls().iter().map(step).collect()
    }
}
