//! What an evaluation found, without its program's types.

mod answer;
mod closed;
mod item;
mod spending;

use std::time::Duration;

use dspy_core::evaluate::{Confusion, Evaluation, ProgramNote, Slice};
use dspy_core::lm::{Spent, Usage};
use dspy_core::signature::Data;

pub(crate) use self::answer::{Call, Message, Turn};
pub(crate) use self::item::{Outcome, Row, Table};
pub(crate) use self::spending::Cost;

/// What an evaluation found in all.
#[derive(Clone, Debug)]
pub(crate) struct Results {
    pub(crate) score: f64,
    pub(crate) interval: [f64; 2],
    pub(crate) rows: usize,
    pub(crate) failed: usize,
    pub(crate) usage: Usage,
    pub(crate) metric: Spent,
    pub(crate) elapsed: Duration,
    pub(crate) median: Duration,
    pub(crate) slowest: Duration,
    pub(crate) program: Option<ProgramNote>,
    pub(crate) slices: Vec<Slice>,
    pub(crate) confusions: Vec<Confusion>,
    pub(crate) costs: Vec<Cost>,
    /// What a careful reader should know.
    pub(crate) warnings: Vec<String>,
}

impl Results {
    pub(crate) fn of<O: Data>(evaluation: &Evaluation<O>) -> Self {
        let mut warnings: Vec<String> = evaluation
            .stopped()
            .map(|why| format!("Not all rows were worked on: {why}."))
            .into_iter()
            .collect();
        if evaluation.usage().unpriced_calls > 0 {
            warnings.push(format!(
                "The price of {} calls is not known; the cost is without them.",
                evaluation.usage().unpriced_calls
            ));
        }
        Self {
            score: evaluation.score(),
            interval: evaluation.interval(),
            rows: evaluation.items().len(),
            failed: evaluation.errors().count(),
            usage: evaluation.usage(),
            metric: evaluation.metric_spent(),
            elapsed: evaluation.elapsed(),
            median: evaluation.latency(0.5),
            slowest: evaluation.latency(0.95),
            program: evaluation.program().cloned(),
            slices: evaluation.slices(),
            confusions: closed::confusions(evaluation),
            costs: spending::costs(evaluation),
            warnings,
        }
    }

    pub(crate) fn model(&self) -> Option<&str> {
        self.program.as_ref().map(|program| program.model.as_str()).filter(|name| !name.is_empty())
    }
}
