//! One answer out of several attempts, by comparing them.

use std::fmt;
use std::fmt::Write;
use std::marker::PhantomData;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::chain_of_thought::{read_reasoned, reasoning_first};
use super::error::StrategyError;
use super::prediction::Prediction;
use super::predictor::Predictor;
use crate::adapter::render_value;
use crate::error::{Error, Result};
use crate::lm::Lm;
use crate::module::{Module, Parameters, Path, Visit, VisitMut};
use crate::signature::{
    Data, Field, Fields, Reasoned, Signature, SignatureError, SignatureSchema, Task,
};
use crate::wire;

const RATIONALE: &str = "rationale";
const ATTEMPT: &str = "reasoning_attempt_";
const NO_ATTEMPT: &str = "There is no such attempt.";

/// Gives one answer out of several attempts at it: the model sees them side by side, says what is
/// right and wrong about them, and answers anew. Costs one LM call; the attempts are yours.
///
/// Attempts are outputs of the signature, with their reasoning where there is some, so the
/// completions of a [`ChainOfThought`](super::ChainOfThought) or a [`Predict`](super::Predict) with
/// `n` are. [`SampledComparison`](super::SampledComparison) makes them itself.
///
/// ```
/// use dspy::predict::{Attempted, MultiChainComparison};
/// use dspy::prelude::*;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let think = ChainOfThought::<Qa>::new().with_lm(Lm::embedded());
/// let input = QaInput { question: "Which river runs through Cairo, Rome or Vienna?".into() };
/// let attempts = think.call(input.clone()).n(3).temperature(0.7).await?.into_completions();
///
/// let compare = MultiChainComparison::<Qa>::new(3).with_lm(Lm::embedded());
/// let out = compare.call(Attempted::new(input, attempts)).await?;
/// println!("{}\n=> {}", out.reasoning, out.answer);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub struct MultiChainComparison<S> {
    predictor: Predictor,
    most: usize,
    /// Why attempts at this signature cannot be compared.
    fault: Option<Arc<str>>,
    signature: PhantomData<fn() -> S>,
}

/// What [`MultiChainComparison`] takes: an input, and attempts at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(bound = "I: Serialize + DeserializeOwned, O: Serialize + DeserializeOwned")]
pub struct Attempted<I, O> {
    /// The input.
    pub input: I,
    /// The attempts.
    pub attempts: Vec<Completed<O>>,
}

impl<I, O> Attempted<I, O> {
    /// An input with attempts at it: outputs with or without reasoning.
    pub fn new(input: I, attempts: impl IntoIterator<Item = impl Into<Completed<O>>>) -> Self {
        Self { input, attempts: attempts.into_iter().map(Into::into).collect() }
    }
}

/// An output, with the reasoning that led to it where that is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(bound = "O: Serialize + DeserializeOwned")]
pub struct Completed<O> {
    /// The reasoning.
    pub reasoning: Option<String>,
    /// The output.
    pub output: O,
}

impl<O> From<O> for Completed<O> {
    fn from(output: O) -> Self {
        Self { reasoning: None, output }
    }
}

impl<O> From<Reasoned<O>> for Completed<O> {
    fn from(reasoned: Reasoned<O>) -> Self {
        Self { reasoning: Some(reasoned.reasoning), output: reasoned.output }
    }
}

impl<O: Data> Completed<O> {
    /// The attempt as the prompt shows it.
    fn words(&self) -> Result<String, serde_json::Error> {
        let mut text = String::new();
        if let Some(reasoning) = &self.reasoning {
            let _ = writeln!(text, "Thoughts: {}", reasoning.trim());
        }
        match wire::to_value(&self.output)? {
            Value::Object(fields) => {
                for (name, value) in &fields {
                    let _ = writeln!(text, "{name}: {}", render_value(value));
                }
            }
            other => text.push_str(&render_value(&other)),
        }
        Ok(text.trim_end().to_owned())
    }
}

/// The task of comparing `most` attempts at a task.
fn comparison(schema: &SignatureSchema, most: usize) -> Result<Predictor, SignatureError> {
    let mut schema = schema.clone();
    for number in 1..=most {
        let field = Field::of::<String>(format!("{ATTEMPT}{number}"))
            .with_desc(format!("What attempt {number} came to."));
        schema = schema.append_input(field)?;
    }
    let rationale = Field::of::<String>(RATIONALE)
        .with_desc("What is right and what is wrong about the attempts, and what follows.");
    if schema.fields().any(|field| field.answers_to(RATIONALE)) {
        return Err(SignatureError::Taken { name: RATIONALE.to_owned() });
    }
    Ok(reasoning_first(schema, rationale))
}

impl Predictor {
    /// A predictor that compares so many attempts, as
    /// [`MultiChainComparison`](super::MultiChainComparison) does: inputs `reasoning_attempt_1` and
    /// so on after those of the task, an output `rationale` before the others.
    ///
    /// # Errors
    /// [`SignatureError::Taken`] where the task has one of these fields.
    pub fn multi_chain_comparison(
        schema: impl Into<Arc<SignatureSchema>>,
        attempts: usize,
    ) -> std::result::Result<Self, SignatureError> {
        comparison(&schema.into(), attempts.max(1))
    }
}

impl<S: Signature> MultiChainComparison<S> {
    /// A comparison of up to so many attempts, at least one.
    pub fn new(attempts: usize) -> Self {
        let most = attempts.max(1);
        let (predictor, fault) = match comparison(&S::schema(), most) {
            Ok(predictor) => (predictor, None),
            // A signature with a field that is called like one of ours fails at the first call.
            Err(error) => (Predictor::new(S::schema()), Some(error.to_string().into())),
        };
        Self { predictor, most, fault, signature: PhantomData }
    }

    /// The same as [`new`](Self::new), for a signature whose type has no name.
    pub fn of(_task: Task<S>, attempts: usize) -> Self {
        Self::new(attempts)
    }

    super::settings::settings_by_value!(predictor);

    fn fields(&self, given: &Attempted<S::Input, S::Output>) -> Result<Fields> {
        if let Some(fault) = &self.fault {
            return Err(self.predictor.prompt_error(fault.to_string()));
        }
        let made = given.attempts.len();
        if made == 0 {
            return Err(StrategyError::Empty { what: "attempt" }.into());
        }
        if made > self.most {
            return Err(Error::Invalid(format!(
                "{made} attempts are given to a comparison of {}: give fewer, or make it with \
                 `MultiChainComparison::new({made})`",
                self.most
            )));
        }
        let no_json = |error| Error::Invalid(format!("an attempt is no JSON: {error}"));
        let mut fields = match wire::to_value(&given.input).map_err(no_json)? {
            Value::Object(fields) => fields,
            other => return Err(Error::Invalid(format!("the input is no map of fields: {other}"))),
        };
        for place in 0..self.most {
            let words = match given.attempts.get(place) {
                Some(attempt) => attempt.words().map_err(no_json)?,
                None => NO_ATTEMPT.to_owned(),
            };
            fields.insert(format!("{ATTEMPT}{}", place + 1), Value::String(words));
        }
        Ok(fields)
    }
}

impl<S: Signature> Module for MultiChainComparison<S> {
    type Input = Attempted<S::Input, S::Output>;
    type Output = Reasoned<S::Output>;

    /// # Errors
    /// [`StrategyError::Empty`] without attempts, [`Error::Invalid`] with too many.
    async fn invoke(&self, input: Self::Input) -> Result<Prediction<Self::Output>> {
        let rationale = self.predictor.rationale_name();
        let fields = self.fields(&input)?;
        self.predictor.predict_with(&fields, |found| read_reasoned::<S>(found, rationale)).await
    }
}

impl<S: Signature> Default for MultiChainComparison<S> {
    /// A comparison of three attempts.
    fn default() -> Self {
        Self::new(3)
    }
}

impl<S> Clone for MultiChainComparison<S> {
    fn clone(&self) -> Self {
        Self {
            predictor: self.predictor.clone(),
            most: self.most,
            fault: self.fault.clone(),
            signature: PhantomData,
        }
    }
}

impl<S> fmt::Debug for MultiChainComparison<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MultiChainComparison")
            .field("attempts", &self.most)
            .field("instructions", &self.predictor.instructions())
            .finish()
    }
}

impl<S> Parameters for MultiChainComparison<S> {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        self.predictor.walk(path, visit);
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        self.predictor.walk_mut(path, visit);
    }
}
