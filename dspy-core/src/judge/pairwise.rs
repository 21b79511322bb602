//! A judge that says which of two answers is better.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::task::{ask, fields, judge, predictor, text};
use crate::error::{Error, Result};
use crate::metric::Score;
use crate::module::Module;
use crate::predict::{Prediction, Predictor};

/// Says which of two answers is better, by criteria in words. It is asked twice, with the answers in
/// either order, since models prefer one place over the other: only a preference that survives the
/// exchange counts, else the answers are equal.
///
/// As a metric it scores 1 where the answer is better than the other one (the reference, or what
/// another program gave), 0.5 where both are equal, 0 where it is worse.
///
/// ```
/// use dspy::judge::{Pair, PairwiseJudge};
/// use dspy::prelude::*;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let judge = PairwiseJudge::new("The kinder answer.").with_lm(Lm::embedded());
/// let preference = judge.call(Pair::new("Gladly!", "No.").task("Lend me a pen?")).await?;
/// println!("{:?}: {}", preference.winner, preference.reasons);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct PairwiseJudge {
    compare: Predictor,
    criteria: Arc<str>,
}

/// What a [`PairwiseJudge`] judges.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Pair {
    /// What was asked for; may be empty.
    pub task: String,
    /// The answer to score.
    pub answer: String,
    /// What it is compared with.
    pub other: String,
}

impl Pair {
    /// These two.
    pub fn new(answer: impl Into<String>, other: impl Into<String>) -> Self {
        Self { task: String::new(), answer: answer.into(), other: other.into() }
    }

    /// Answers to this task or question.
    #[must_use]
    pub fn task(mut self, task: impl Into<String>) -> Self {
        self.task = task.into();
        self
    }
}

/// What a [`PairwiseJudge`] says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Preference {
    /// Which one is better.
    pub winner: Winner,
    /// Why, in either order.
    pub reasons: String,
}

/// The better one of two answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Winner {
    /// The answer to score.
    Answer,
    /// The one it is compared with.
    Other,
    /// Neither.
    Neither,
}

impl From<Preference> for Score {
    fn from(preference: Preference) -> Self {
        let value = match preference.winner {
            Winner::Answer => 1.0,
            Winner::Neither => 0.5,
            Winner::Other => 0.0,
        };
        Self::new(value).with_feedback(preference.reasons)
    }
}

#[derive(Deserialize)]
struct Compared {
    reasons: String,
    better: Place,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    First,
    Second,
    Equal,
}

impl PairwiseJudge {
    /// A judge by these criteria.
    pub fn new(criteria: impl Into<Arc<str>>) -> Self {
        let better = json!({"type": "string", "enum": ["first", "second", "equal"]});
        let compare = predictor(
            "CompareAnswers",
            "Say which answer is better by the criteria alone. Neither order nor length count. First name \
             what sets the answers apart, then decide.",
            vec![
                text("criteria", "What a good answer is like."),
                text("task", "What was asked for."),
                text("first", "One answer."),
                text("second", "Another answer."),
            ],
            vec![
                text("reasons", "What sets them apart, by the criteria."),
                ("better", "The better one.", better),
            ],
        );
        Self { compare, criteria: criteria.into() }
    }

    async fn ask(&self, task: &str, first: &str, second: &str) -> Result<Compared> {
        let given = fields([
            ("criteria", self.criteria.as_ref().into()),
            ("task", task.into()),
            ("first", first.into()),
            ("second", second.into()),
        ]);
        ask(&self.compare, given).await
    }
}

judge!(PairwiseJudge { compare });

impl Module for PairwiseJudge {
    type Input = Pair;
    type Output = Preference;

    /// # Errors
    /// Those of the model.
    async fn invoke(&self, input: Pair) -> Result<Prediction<Preference>> {
        crate::module::invoke(self, input, |judge: Self, pair: Pair| async move {
            let there = judge.ask(&pair.task, &pair.answer, &pair.other).await?;
            let back = judge.ask(&pair.task, &pair.other, &pair.answer).await?;
            let winner = match (there.better, back.better) {
                (Place::First, Place::Second) => Winner::Answer,
                (Place::Second, Place::First) => Winner::Other,
                _ => Winner::Neither,
            };
            let reasons = format!(
                "with the answer first: {}\nwith the answer second: {}",
                there.reasons, back.reasons
            );
            Ok::<_, Error>(Preference { winner, reasons })
        })
        .await
    }
}
