//! Who spent what: by phase, by predictor, by model.

use std::collections::BTreeMap;

use dspy_core::evaluate::Evaluation;
use dspy_core::lm::Usage;

/// A line of the cost table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cost {
    /// What it is broken down by: `phase`, `predictor`, `model`.
    pub(crate) by: &'static str,
    pub(crate) name: String,
    pub(crate) calls: u64,
    /// Read and written; `None` where only their sum is known.
    pub(crate) parts: Option<[u64; 2]>,
    pub(crate) tokens: u64,
    pub(crate) usd: f64,
}

impl Cost {
    pub(crate) fn of(by: &'static str, name: String, usage: Usage) -> Self {
        Self {
            by,
            name,
            calls: usage.calls,
            parts: Some([usage.prompt_tokens, usage.completion_tokens]),
            tokens: usage.total_tokens(),
            usd: usage.usd,
        }
    }
}

pub(super) fn costs<O>(evaluation: &Evaluation<O>) -> Vec<Cost> {
    let mut costs = vec![Cost::of("phase", "program".to_owned(), evaluation.usage())];
    let metric = evaluation.metric_spent();
    if metric.calls > 0 {
        costs.push(Cost {
            by: "phase",
            name: "metric".to_owned(),
            calls: metric.calls,
            parts: None,
            tokens: metric.tokens,
            usd: metric.usd,
        });
    }
    let mut predictors: BTreeMap<&str, Usage> = BTreeMap::new();
    let mut models: BTreeMap<&str, Usage> = BTreeMap::new();
    let asked = evaluation.program().map_or("", |program| program.model.as_str());
    let asked = if asked.is_empty() { "unnamed" } else { asked };
    for item in evaluation.items() {
        for call in item.trace.calls().iter().chain(item.trace.abandoned()) {
            *predictors.entry(&call.path).or_default() += call.usage;
            for answer in &call.responses {
                let model = answer.stand_in.as_deref().or(answer.model.as_deref());
                *models.entry(model.unwrap_or(asked)).or_default() += answer.usage;
            }
            for side in &call.side_calls {
                *models.entry(&side.model).or_default() += side.response.usage;
            }
        }
    }
    costs.extend(
        predictors.into_iter().map(|(name, usage)| Cost::of("predictor", name.to_owned(), usage)),
    );
    costs.extend(models.into_iter().map(|(name, usage)| Cost::of("model", name.to_owned(), usage)));
    costs
}
