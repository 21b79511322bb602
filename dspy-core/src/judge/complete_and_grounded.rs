//! Whether an answer says all that it should, and nothing that its sources do not.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::task::{ask, fields, judge, predictor, share, text};
use crate::error::{Error, Result};
use crate::metric::{Score, harmonic};
use crate::module::Module;
use crate::predict::{Prediction, Predictor};

/// The harmonic mean of completeness against a reference and of groundedness in what was retrieved: two
/// questions to a model. DSPy's `CompleteAndGrounded`.
///
/// ```
/// use dspy::judge::{CompleteAndGrounded, GroundedCase};
/// use dspy::prelude::*;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let judge = CompleteAndGrounded::new().with_lm(Lm::embedded());
/// let case = GroundedCase::new("Who wrote Emma?", "Jane Austen.", "It was Jane Austen.")
///     .context("Emma is a novel by Jane Austen.");
/// let grounding = judge.call(case).await?;
/// println!("{:.2}: {:.2} complete", grounding.score, grounding.completeness);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct CompleteAndGrounded {
    completeness: Predictor,
    groundedness: Predictor,
}

/// What [`CompleteAndGrounded`] judges.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct GroundedCase {
    /// The question.
    pub question: String,
    /// A good answer.
    pub reference: String,
    /// The answer to judge.
    pub answer: String,
    /// What was retrieved to answer from.
    pub context: String,
}

impl GroundedCase {
    /// An answer to a question, and a good one.
    pub fn new(
        question: impl Into<String>,
        reference: impl Into<String>,
        answer: impl Into<String>,
    ) -> Self {
        let (question, reference) = (question.into(), reference.into());
        Self { question, reference, answer: answer.into(), context: String::new() }
    }

    /// What the answer must be grounded in.
    #[must_use]
    pub fn context(mut self, context: impl Into<String>) -> Self {
        self.context = context.into();
        self
    }
}

/// What [`CompleteAndGrounded`] says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Grounding {
    /// How much of the reference the answer covers, of 1.
    pub completeness: f64,
    /// How much of the answer is supported by the context, of 1.
    pub groundedness: f64,
    /// The harmonic mean of both.
    pub score: f64,
    /// What the model said on either.
    pub reasons: String,
}

impl From<Grounding> for Score {
    fn from(grounding: Grounding) -> Self {
        Self::new(grounding.score).with_feedback(format!(
            "{:.0} % complete, {:.0} % grounded: {}",
            100.0 * grounding.completeness,
            100.0 * grounding.groundedness,
            grounding.reasons
        ))
    }
}

#[derive(Deserialize)]
struct Measured {
    discussion: String,
    share: f64,
}

impl CompleteAndGrounded {
    /// Without a model of its own as yet.
    pub fn new() -> Self {
        let completeness = predictor(
            "MeasureCompleteness",
            "Measure how complete an answer is. List the main ideas of the reference and of the answer, \
             discuss which of the reference's are in the answer, and then say which share that is.",
            vec![
                text("question", "What was asked."),
                text("reference", "A good answer."),
                text("answer", "The answer to judge."),
            ],
            vec![
                text("reasoning", "How to go about it."),
                text("reference_ideas", "The main ideas of the reference, one by one."),
                text("answer_ideas", "The main ideas of the answer, one by one."),
                text("discussion", "Which of the reference's ideas are in the answer."),
                share("share", "The share of the reference that the answer covers, of 1."),
            ],
        );
        let groundedness = predictor(
            "MeasureGroundedness",
            "Measure how far an answer is supported by the context it was to be given from. List what \
             the answer claims and would have to be checked, discuss which of it follows from the \
             context or is known to everybody, and then say which share that is.",
            vec![
                text("question", "What was asked."),
                text("context", "What was there to answer from."),
                text("answer", "The answer to judge."),
            ],
            vec![
                text("reasoning", "How to go about it."),
                text("claims", "What the answer claims, one by one."),
                text("discussion", "Which claims are supported, and by what."),
                share("share", "The share of the answer that is supported, of 1."),
            ],
        );
        Self { completeness, groundedness }
    }
}

impl Default for CompleteAndGrounded {
    fn default() -> Self {
        Self::new()
    }
}

judge!(CompleteAndGrounded { completeness, groundedness });

impl Module for CompleteAndGrounded {
    type Input = GroundedCase;
    type Output = Grounding;

    /// # Errors
    /// Those of the model.
    async fn invoke(&self, input: GroundedCase) -> Result<Prediction<Grounding>> {
        crate::module::invoke(self, input, |judge: Self, case: GroundedCase| async move {
            let complete: Measured = ask(
                &judge.completeness,
                fields([
                    ("question", case.question.clone().into()),
                    ("reference", case.reference.into()),
                    ("answer", case.answer.clone().into()),
                ]),
            )
            .await?;
            let grounded: Measured = ask(
                &judge.groundedness,
                fields([
                    ("question", case.question.into()),
                    ("context", case.context.into()),
                    ("answer", case.answer.into()),
                ]),
            )
            .await?;
            let completeness = complete.share.clamp(0.0, 1.0);
            let groundedness = grounded.share.clamp(0.0, 1.0);
            Ok::<_, Error>(Grounding {
                completeness,
                groundedness,
                score: harmonic(groundedness, completeness),
                reasons: format!("{}\n{}", complete.discussion, grounded.discussion),
            })
        })
        .await
    }
}
