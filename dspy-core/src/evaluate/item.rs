//! One row's outcome.

use std::time::Duration;

use serde_json::Value;

use crate::lm::{Spent, Usage};
use crate::run::Trace;
use crate::signature::Fields;

/// One row's outcome.
///
/// Where rows are repeated, `score` is the mean over the repeats, `usage` and `elapsed` are their
/// sums, and output, feedback, error and trace are those of the repeat to look at: the first that
/// failed, else the first of those with the lowest score.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Item<O> {
    /// The row's place in the data set, counted from 0.
    pub index: usize,
    /// The row's id.
    pub id: String,
    /// The slice it belongs to, where the evaluation has slices.
    pub slice: Option<String>,
    /// What the program was given. Like label, output, feedback and trace it is empty where
    /// [`Evaluate::to_jsonl`](super::Evaluate::to_jsonl) wrote it to a file instead.
    pub input: Fields,
    /// The row's other fields.
    pub label: Fields,
    /// The score.
    pub score: f64,
    /// The score of each repeat, in order.
    pub scores: Vec<f64>,
    /// The metric's words, and the checks and suggestions that the output does not keep; or the hard
    /// assertion that failed.
    pub feedback: Option<String>,
    /// What the program gave; `None` where it failed.
    pub output: Option<O>,
    /// Why it failed, if it did.
    pub error: Option<String>,
    /// What the program spent.
    pub usage: Usage,
    /// What the metric spent, where it asks a model.
    pub metric_spent: Spent,
    /// How long it took, the metric included.
    pub elapsed: Duration,
    /// The calls made; empty unless the evaluation records.
    pub trace: Trace,
}

impl<O> Item<O> {
    /// The same without what is large, for a result whose items are in a file.
    pub(super) fn lean(self) -> Self {
        Self {
            input: Fields::new(),
            label: Fields::new(),
            feedback: None,
            output: None,
            trace: Trace::default(),
            ..self
        }
    }

    /// The outcome of repeats of one row, of which there is at least one.
    pub(super) fn of_repeats(repeats: Vec<Self>) -> Option<Self> {
        let scores: Vec<f64> = repeats.iter().map(|repeat| repeat.score).collect();
        let usage = repeats.iter().map(|repeat| repeat.usage).sum();
        let metric_spent = repeats.iter().map(|repeat| repeat.metric_spent).sum();
        let elapsed = repeats.iter().map(|repeat| repeat.elapsed).sum();
        let rank = |item: &Self| if item.error.is_some() { f64::NEG_INFINITY } else { item.score };
        let shown = repeats.into_iter().min_by(|a, b| rank(a).total_cmp(&rank(b)))?;
        let score = scores.iter().sum::<f64>() / scores.len() as f64;
        Some(Self { score, scores, usage, metric_spent, elapsed, ..shown })
    }

    /// A label's value, by the field's name.
    pub fn label(&self, field: &str) -> Option<&Value> {
        self.label.get(field)
    }
}
