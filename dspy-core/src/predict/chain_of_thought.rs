//! Reasoning before the answer.

use std::fmt;
use std::marker::PhantomData;

use serde_json::Value;

use super::exchange::Accepted;
use super::judge::{judge, weigh};
use super::prediction::Prediction;
use super::predictor::{Predictor, predictor_settings};
use super::rationale::{REASONING, Rationale, ReasoningSource, as_reasoning};
use crate::adapter::AnswerErrorKind;
use crate::error::Result;
use crate::lm::Lm;
use crate::module::{Module, Parameters, Path, Visit, VisitMut};
use crate::signature::{Demo, Field, IntoDemo, Reasoned, Signature, SignatureSchema};
use crate::wire;

/// Like [`Predict`](super::Predict), with an output `reasoning` written before the others. Costs
/// one LM call.
///
/// The output is [`Reasoned`]: `out.reasoning` beside the signature's own outputs. What asks for
/// the reasoning is the description of that field, a parameter like every other description.
///
/// A model that reasons on its own need not be asked: see [`ReasoningSource`].
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
        Self::with_rationale(reasoning())
    }

    /// The same with another field for the reasoning: its name, as prompts and files show it, and
    /// its description, which asks for it. In the output it is `out.reasoning` all the same.
    ///
    /// ```
    /// use dspy::Field;
    /// use dspy::prelude::*;
    /// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
    ///
    /// let doubts = Field::of::<String>("doubts").with_desc("What speaks against the obvious answer.");
    /// let think = ChainOfThought::<Qa>::with_rationale(doubts);
    /// assert!(think.explain("Who was first?")?.contains("[[ ## doubts ## ]]"));
    /// # Ok::<(), dspy::Error>(())
    /// ```
    ///
    /// A field that is no text, or whose name the signature has already, makes calls fail.
    pub fn with_rationale(rationale: Field) -> Self {
        let predictor = reasoning_first((*S::schema()).clone(), rationale);
        Self { predictor, signature: PhantomData }
    }

    /// The same chain of thought with its reasoning from elsewhere.
    #[must_use]
    pub fn with_reasoning(mut self, source: ReasoningSource) -> Self {
        self.predictor.set_reasoning(source);
        self
    }
}

/// A predictor for the task with this field before the other outputs.
pub(super) fn reasoning_first(schema: SignatureSchema, field: Field) -> Predictor {
    let rationale = Rationale::new(&field);
    Predictor::new(schema.with_first_output(field)).reasoning_in(rationale)
}

/// The output that is written before the others.
pub(super) fn reasoning() -> Field {
    Field::of::<String>(REASONING)
        .with_desc("The steps that lead to the answer, thought through one by one.")
}

/// Reads the outputs of a signature with the rationale of this name before them.
pub(super) fn read_reasoned<S: Signature>(
    fields: &Value,
    rationale: &str,
) -> Accepted<Reasoned<S::Output>> {
    let rules = |reasoned: &Reasoned<S::Output>| S::broken_rules(&reasoned.output);
    if rationale == REASONING {
        let entries = fields.as_object();
        // It mostly stands first, and needs no search then.
        let found = entries.and_then(|entries| match entries.iter().next()? {
            (name, value) if name == REASONING => Some((entries, value)),
            _ => Some((entries, entries.get(REASONING)?)),
        });
        let Some((entries, Value::String(reasoning))) = found else {
            // Whose error says what is missing.
            return judge(fields, rules);
        };
        let output: S::Output = wire::from_ref_without(entries, REASONING)
            .map_err(|error| Box::new(AnswerErrorKind::Type { message: error.to_string() }))?;
        let broken = S::broken_rules(&output);
        return weigh(Reasoned { reasoning: reasoning.clone(), output }, broken);
    }
    let renamed = as_reasoning(fields, rationale)
        .map_err(|message| Box::new(AnswerErrorKind::Type { message }))?;
    judge(&renamed, rules)
}

predictor_settings!(ChainOfThought);

impl<S: Signature> Module for ChainOfThought<S> {
    type Input = S::Input;
    type Output = Reasoned<S::Output>;

    async fn invoke(&self, input: S::Input) -> Result<Prediction<Reasoned<S::Output>>> {
        let rationale = self.predictor.rationale_name();
        let read = |fields: &Value| read_reasoned::<S>(fields, rationale);
        self.predictor.predict_with(&input, read).await
    }
}
