//! A judge that rates one answer on a scale.

use std::ops::RangeInclusive;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::task::{ask, fields, judge, predictor, text};
use crate::error::{Error, Result};
use crate::metric::Score;
use crate::module::Module;
use crate::predict::{Prediction, Predictor};

/// Rates an answer by criteria in words. It writes its reasons down before it rates.
///
/// ```
/// use dspy::judge::{Case, Judge};
/// use dspy::prelude::*;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let judge = Judge::new("The summary is true to the text.").scale(1..=10).with_lm(Lm::embedded());
/// let ruling = judge.call(Case::new("It rains.").task("Summarize: It rains today.")).await?;
/// assert!((1..=10).contains(&ruling.rating) && (0.0..=1.0).contains(&ruling.score));
/// println!("{}: {}", ruling.rating, ruling.reasons);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Judge {
    rate: Predictor,
    criteria: Arc<str>,
    scale: (i64, i64),
}

/// What a [`Judge`] judges.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Case {
    /// What was asked for; may be empty.
    pub task: String,
    /// The answer to judge.
    pub answer: String,
    /// An answer that is known to be good, if there is one.
    pub reference: Option<String>,
}

impl Case {
    /// This answer.
    pub fn new(answer: impl Into<String>) -> Self {
        Self { answer: answer.into(), ..Self::default() }
    }

    /// The answer to this task or question.
    #[must_use]
    pub fn task(mut self, task: impl Into<String>) -> Self {
        self.task = task.into();
        self
    }

    /// With an answer that is known to be good.
    #[must_use]
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.reference = Some(reference.into());
        self
    }
}

/// What a [`Judge`] says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Ruling {
    /// Why.
    pub reasons: String,
    /// The rating on the judge's scale.
    pub rating: i64,
    /// The same between 0, the scale's low end, and 1.
    pub score: f64,
}

impl From<Ruling> for Score {
    fn from(ruling: Ruling) -> Self {
        Self::new(ruling.score)
            .with_feedback(format!("rated {}: {}", ruling.rating, ruling.reasons))
    }
}

#[derive(Deserialize)]
struct Rated {
    reasons: String,
    rating: i64,
}

impl Judge {
    /// A judge by these criteria, on a scale of 1 to 5.
    pub fn new(criteria: impl Into<Arc<str>>) -> Self {
        Self::on(criteria.into(), (1, 5))
    }

    /// Rates on this scale; the higher the better. A scale of one number or none becomes two.
    #[must_use]
    pub fn scale(self, scale: RangeInclusive<i64>) -> Self {
        let lm = crate::module::lm_of(&self);
        let (low, high) = (*scale.start(), *scale.end());
        let judge = Self::on(self.criteria, (low, high.max(low.saturating_add(1))));
        match lm {
            Some(lm) => judge.with_lm(lm),
            None => judge,
        }
    }

    fn on(criteria: Arc<str>, (low, high): (i64, i64)) -> Self {
        let rating = json!({"type": "integer", "minimum": low, "maximum": high});
        let rate = predictor(
            "RateAnswer",
            "Judge the answer by the criteria alone. Where a reference is given, it is one good answer; \
             others may be as good. First name what speaks for and against the answer, then rate it.",
            vec![
                text("criteria", "What a good answer is like."),
                text("task", "What was asked for."),
                text("answer", "The answer to judge."),
                ("reference", "A good answer.", json!({"type": ["string", "null"]})),
            ],
            vec![
                text("reasons", "What decides, by the criteria."),
                ("rating", "The higher the better.", rating),
            ],
        );
        Self { rate, criteria, scale: (low, high) }
    }
}

judge!(Judge { rate });

impl Module for Judge {
    type Input = Case;
    type Output = Ruling;

    /// # Errors
    /// Those of the model, and of answers that do not fit the scale.
    async fn invoke(&self, input: Case) -> Result<Prediction<Ruling>> {
        crate::module::invoke(self, input, |judge: Self, case: Case| async move {
            let given = fields([
                ("criteria", judge.criteria.as_ref().into()),
                ("task", case.task.into()),
                ("answer", case.answer.into()),
                ("reference", case.reference.map_or(serde_json::Value::Null, Into::into)),
            ]);
            let Rated { reasons, rating } = ask(&judge.rate, given).await?;
            let (low, high) = judge.scale;
            let score = (rating - low) as f64 / (high - low) as f64;
            Ok::<_, Error>(Ruling { reasons, rating, score: score.clamp(0.0, 1.0) })
        })
        .await
    }
}
