//! Predictors, and the inference strategies built on them.

pub(crate) mod assertion;
mod attempt;
mod best_of_n;
mod chain_of_thought;
mod code_act;
mod code_step;
mod code_task;
mod coded;
mod dynamic;
mod each;
mod ensemble;
mod error;
mod exchange;
mod judge;
mod knn;
mod knn_demos;
mod majority;
mod multi_chain_comparison;
mod parallel;
mod prediction;
mod predictor;
mod program_of_thought;
mod rationale;
mod react;
mod refine;
mod rlm;
mod sampled_comparison;
mod settings;

pub use best_of_n::BestOfN;
pub use chain_of_thought::ChainOfThought;
pub use code_act::CodeAct;
pub use code_step::CodeStep;
pub use coded::{Coded, Ending};
pub use each::Each;
pub use ensemble::Ensemble;
pub use error::StrategyError;
pub use knn::{Knn, Neighbor};
pub use knn_demos::KnnDemos;
pub use majority::{Vote, majority, majority_by, normalize_answer};
pub use multi_chain_comparison::{Attempted, Completed, MultiChainComparison};
pub use parallel::{Batch, Parallel};
pub use prediction::Prediction;
pub use predictor::Predictor;
pub use program_of_thought::ProgramOfThought;
pub use rationale::ReasoningSource;
pub use react::{Answered, Finish, Outcome, ReAct, Step, ToolUse, Trajectory};
pub use refine::Refine;
pub use rlm::Rlm;
pub use sampled_comparison::SampledComparison;

use std::fmt;
use std::marker::PhantomData;

use crate::error::Result;
use crate::lm::Lm;
use crate::module::{Module, Parameters, Path, Visit, VisitMut};
use crate::signature::{Demo, IntoDemo, Signature};
use predictor::predictor_settings;

/// One call to a model for the task of a signature. Costs one LM call, and one more for each
/// follow-up after an answer that could not be read, or that breaks a rule of the signature.
///
/// ```
/// use dspy::prelude::*;
///
/// /// Is the text friendly?
/// #[derive(Signature)]
/// struct Friendly {
///     #[input]
///     text: String,
///     #[output]
///     friendly: bool,
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let friendly = Predict::<Friendly>::new().with_lm(Lm::embedded());
/// let out = friendly.call("What a lovely day!").await?;
/// println!("{}", out.friendly);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub struct Predict<S> {
    predictor: Predictor,
    signature: PhantomData<fn() -> S>,
}

impl<S: Signature> Predict<S> {
    /// A predictor with the signature's own instructions and no demonstrations.
    pub fn new() -> Self {
        Self { predictor: Predictor::new(S::schema()), signature: PhantomData }
    }
}

predictor_settings!(Predict);

impl<S: Signature> Module for Predict<S> {
    type Input = S::Input;
    type Output = S::Output;

    async fn invoke(&self, input: S::Input) -> Result<Prediction<S::Output>> {
        self.predictor.predict(&input, S::broken_rules).await
    }
}
