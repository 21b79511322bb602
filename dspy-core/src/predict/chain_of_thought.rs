//! Reasoning before the answer.

use std::fmt;
use std::marker::PhantomData;

use super::prediction::Prediction;
use super::predictor::{Predictor, predictor_settings};
use crate::error::Result;
use crate::lm::Lm;
use crate::module::{Module, Parameters, Path, Visit, VisitMut};
use crate::signature::{Demo, Field, IntoDemo, Reasoned, Signature};

/// Like [`Predict`](super::Predict), with an output `reasoning` written before the others. Costs
/// one LM call.
///
/// The output is [`Reasoned`]: `out.reasoning` beside the signature's own outputs. What asks for
/// the reasoning is the description of that field, a parameter like every other description.
///
/// ```
/// use dspy::prelude::*;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// let think = ChainOfThought::<Qa>::new().with_lm(Lm::embedded());
/// let out = think.call("Which is larger, a whale or a cat?").await?;
/// println!("{}\n=> {}", out.reasoning, out.answer);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub struct ChainOfThought<S> {
    predictor: Predictor,
    signature: PhantomData<fn() -> S>,
}

impl<S: Signature> ChainOfThought<S> {
    /// A predictor with the signature's own instructions and no demonstrations.
    pub fn new() -> Self {
        let schema = (*S::schema()).clone().with_first_output(reasoning());
        Self { predictor: Predictor::new(schema), signature: PhantomData }
    }
}

/// The output that is written before the others.
pub(super) fn reasoning() -> Field {
    Field::of::<String>("reasoning")
        .with_desc("The steps that lead to the answer, thought through one by one.")
}

predictor_settings!(ChainOfThought);

impl<S: Signature> Module for ChainOfThought<S> {
    type Input = S::Input;
    type Output = Reasoned<S::Output>;

    async fn invoke(&self, input: S::Input) -> Result<Prediction<Reasoned<S::Output>>> {
        let rules = |reasoned: &Reasoned<S::Output>| S::broken_rules(&reasoned.output);
        self.predictor.predict(&input, rules).await
    }
}
