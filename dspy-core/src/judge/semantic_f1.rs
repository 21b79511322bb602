//! What a long answer and a reference have in common, by a model.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::task::{ask, fields, judge, predictor, share, text};
use crate::error::{Error, Result};
use crate::metric::{Score, harmonic};
use crate::module::Module;
use crate::predict::{Prediction, Predictor};

/// The F1 of meaning: a model says how much of the reference the answer covers (recall), and how much
/// of the answer the reference does (precision). DSPy's `SemanticF1`.
///
/// ```
/// use dspy::judge::{SemanticCase, SemanticF1};
/// use dspy::prelude::*;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let judge = SemanticF1::new().with_lm(Lm::embedded());
/// let case = SemanticCase::new("Who wrote Emma?", "Jane Austen, in 1815.", "It was Jane Austen.");
/// let overlap = judge.call(case).await?;
/// println!("F1 {:.2}", overlap.f1);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct SemanticF1 {
    compare: Predictor,
}

/// What [`SemanticF1`] judges.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct SemanticCase {
    /// The question.
    pub question: String,
    /// A good answer.
    pub reference: String,
    /// The answer to judge.
    pub answer: String,
}

impl SemanticCase {
    /// An answer to a question, and a good one.
    pub fn new(
        question: impl Into<String>,
        reference: impl Into<String>,
        answer: impl Into<String>,
    ) -> Self {
        Self { question: question.into(), reference: reference.into(), answer: answer.into() }
    }
}

/// What [`SemanticF1`] says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct SemanticOverlap {
    /// The steps the model wrote down.
    pub reasons: String,
    /// How much of the reference the answer covers, of 1.
    pub recall: f64,
    /// How much of the answer the reference covers, of 1.
    pub precision: f64,
    /// The harmonic mean of both.
    pub f1: f64,
}

impl From<SemanticOverlap> for Score {
    fn from(overlap: SemanticOverlap) -> Self {
        Self::new(overlap.f1).with_feedback(format!(
            "covers {:.0} % of the reference, which covers {:.0} % of it: {}",
            100.0 * overlap.recall,
            100.0 * overlap.precision,
            overlap.reasons
        ))
    }
}

#[derive(Deserialize)]
struct Compared {
    #[serde(default)]
    reasoning: String,
    #[serde(default)]
    discussion: String,
    recall: f64,
    precision: f64,
}

impl SemanticF1 {
    /// One step: the model thinks and then says both shares.
    pub fn new() -> Self {
        Self::with(
            "Measure how far an answer agrees in meaning with a reference: which share of the \
             reference's ideas the answer has, and which share of the answer's ideas the reference has. \
             When you think it through, list the ideas of both and look for each in the other.",
            vec![text("reasoning", "The ideas of both, and which are in common.")],
        )
    }

    /// The model lists the ideas of both sides in fields of their own before it says the shares:
    /// `decompositional` in DSPy.
    pub fn by_ideas() -> Self {
        Self::with(
            "Measure how far an answer agrees in meaning with a reference. List the main ideas of each, \
             discuss which they have in common, and then say which share of each the other covers.",
            vec![
                text("reasoning", "How to go about it."),
                text("reference_ideas", "The main ideas of the reference, one by one."),
                text("answer_ideas", "The main ideas of the answer, one by one."),
                text("discussion", "Which of them are in common."),
            ],
        )
    }

    fn with(instructions: &str, mut outputs: Vec<super::task::Part>) -> Self {
        outputs.push(share("recall", "The share of the reference that the answer covers, of 1."));
        outputs
            .push(share("precision", "The share of the answer that the reference covers, of 1."));
        let inputs = vec![
            text("question", "What was asked."),
            text("reference", "A good answer."),
            text("answer", "The answer to judge."),
        ];
        Self { compare: predictor("CompareMeaning", instructions, inputs, outputs) }
    }
}

impl Default for SemanticF1 {
    fn default() -> Self {
        Self::new()
    }
}

judge!(SemanticF1 { compare });

impl Module for SemanticF1 {
    type Input = SemanticCase;
    type Output = SemanticOverlap;

    /// # Errors
    /// Those of the model.
    async fn invoke(&self, input: SemanticCase) -> Result<Prediction<SemanticOverlap>> {
        crate::module::invoke(self, input, |judge: Self, case: SemanticCase| async move {
            let given = fields([
                ("question", case.question.into()),
                ("reference", case.reference.into()),
                ("answer", case.answer.into()),
            ]);
            let found: Compared = ask(&judge.compare, given).await?;
            let (recall, precision) =
                (found.recall.clamp(0.0, 1.0), found.precision.clamp(0.0, 1.0));
            let reasons =
                if found.discussion.is_empty() { found.reasoning } else { found.discussion };
            let f1 = harmonic(precision, recall);
            Ok::<_, Error>(SemanticOverlap { reasons, recall, precision, f1 })
        })
        .await
    }
}
