//! The items of one evaluation, or of two side by side.

use std::collections::HashMap;
use std::sync::Arc;

use dspy_core::evaluate::{Evaluation, Item};
use dspy_core::lm::Usage;
use dspy_core::signature::{Data, Fields};
use dspy_core::wire;
use serde::Serialize;
use serde_json::Value;

use super::answer::Call;

/// Rows with an outcome for each evaluation.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Table {
    /// Texts of messages, each once: prompts repeat.
    pub(crate) texts: Texts,
    pub(crate) rows: Vec<Row>,
    /// Below it an item counts as failing.
    pub(crate) passing: f64,
}

/// A row of the data.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) index: usize,
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) slice: Option<String>,
    pub(crate) input: Fields,
    pub(crate) label: Fields,
    pub(crate) outcomes: Vec<Outcome>,
}

/// What one program made of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Outcome {
    pub(crate) score: f64,
    /// Of each repeat; empty where there was one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) repeats: Vec<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) feedback: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    #[serde(skip_serializing_if = "Value::is_null")]
    pub(crate) output: Value,
    pub(crate) calls_made: u64,
    /// Tokens read and written.
    pub(crate) tokens: [u64; 2],
    pub(crate) usd: f64,
    /// What the metric spent.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) metric_usd: f64,
    pub(crate) seconds: f64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) calls: Vec<Call>,
}

fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

/// Texts, each once, by their place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts {
    all: Vec<Arc<str>>,
    places: HashMap<Arc<str>, usize>,
}

impl Texts {
    pub(super) fn place(&mut self, text: String) -> usize {
        if let Some(place) = self.places.get(text.as_str()) {
            return *place;
        }
        let place = self.all.len();
        let text: Arc<str> = text.into();
        self.all.push(Arc::clone(&text));
        self.places.insert(text, place);
        place
    }

    pub(crate) fn get(&self, place: usize) -> &str {
        self.all.get(place).map_or("", |text| text)
    }
}

impl Serialize for Texts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.all.serialize(serializer)
    }
}

impl Table {
    /// Adds an evaluation: the items of the first, or an outcome of the same rows for each further one.
    pub(crate) fn add<O: Data>(&mut self, evaluation: &Evaluation<O>) {
        let is_first = self.rows.is_empty();
        for (place, item) in evaluation.items().iter().enumerate() {
            let outcome = Outcome::of(item, &mut self.texts);
            if is_first {
                self.rows.push(Row {
                    index: item.index,
                    id: item.id.clone(),
                    slice: item.slice.clone(),
                    input: item.input.clone(),
                    label: item.label.clone(),
                    outcomes: vec![outcome],
                });
            } else if let Some(row) = self.rows.get_mut(place) {
                row.outcomes.push(outcome);
            }
        }
        self.passing = passing(self.rows.iter().flat_map(|row| &row.outcomes).map(|o| o.score));
    }

    /// The rows with what went wrong first: errors, then low scores; with two outcomes, losses first.
    pub(crate) fn worst_first(&self) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        let rank = |row: &Row| match row.outcomes.as_slice() {
            [only] => {
                if only.error.is_some() {
                    f64::NEG_INFINITY
                } else {
                    only.score
                }
            }
            [before, after, ..] => after.score - before.score,
            [] => 0.0,
        };
        rows.sort_by(|a, b| rank(a).total_cmp(&rank(b)).then(a.index.cmp(&b.index)));
        rows
    }
}

/// From which score on an item passes: 1 where scores are 0 and 1, one half where they lie between,
/// else the mean.
fn passing(scores: impl Iterator<Item = f64>) -> f64 {
    let scores: Vec<f64> = scores.collect();
    if scores.iter().all(|score| *score == 0.0 || *score == 1.0) {
        1.0
    } else if scores.iter().all(|score| (0.0..=1.0).contains(score)) {
        0.5
    } else {
        scores.iter().sum::<f64>() / scores.len().max(1) as f64
    }
}

impl Outcome {
    fn of<O: Data>(item: &Item<O>, texts: &mut Texts) -> Self {
        let output = item.output.as_ref().map(wire::to_value);
        let output = output.unwrap_or(Ok(Value::Null));
        let Usage { calls, prompt_tokens, completion_tokens, usd, .. } = item.usage;
        let kept = item.trace.calls().iter().map(|call| (call, false));
        let abandoned = item.trace.abandoned().iter().map(|call| (call, true));
        let mut records: Vec<_> = kept.chain(abandoned).collect();
        records.sort_by_key(|(call, _)| call.sequence);
        Self {
            score: item.score,
            repeats: if item.scores.len() > 1 { item.scores.clone() } else { Vec::new() },
            feedback: item.feedback.clone(),
            error: item.error.clone(),
            output: output.unwrap_or_else(|error| format!("has no form in JSON: {error}").into()),
            calls_made: calls,
            tokens: [prompt_tokens, completion_tokens],
            usd,
            metric_usd: item.metric_spent.usd,
            seconds: item.elapsed.as_secs_f64(),
            calls: records.into_iter().map(|(call, gone)| Call::of(call, gone, texts)).collect(),
        }
    }

    pub(crate) fn total_tokens(&self) -> u64 {
        self.tokens.iter().sum()
    }
}
