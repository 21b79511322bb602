//! Instructions alone, searched as MIPROv2 does.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Auto, Mipro};
use crate::error::Result;
use crate::metric::Metric;
use crate::optimize::engine::{CandidateId, Engine};
use crate::optimize::plan::{Facts, Needs};
use crate::optimize::strategy::Strategy;
use crate::optimize::surrogate::Method;
use crate::optimize::tuned::Tuned;

/// Searches the instructions of all predictors together, by Bayesian optimization: [`MiproV2`]
/// without demonstrations, under the name by which DSPy had it first.
///
/// [`MiproV2`]: super::MiproV2
pub type BayesianSignatureOptimizer<R, O> = Tuned<Signatures, R, O>;

/// The strategy of [`BayesianSignatureOptimizer`].
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct Signatures(Mipro);

impl<R: Sync + 'static, O: Sync + 'static> Tuned<Signatures, R, O> {
    /// Searches by this metric, [`Auto::Light`].
    pub fn new(metric: impl Metric<R, O>) -> Self {
        let mipro = Mipro { max_bootstrapped: 0, max_labeled: 0, ..Mipro::default() };
        Self::by(Signatures(mipro), metric)
    }

    /// How much to spend.
    #[must_use]
    pub fn auto(mut self, auto: Auto) -> Self {
        self.strategy.0.auto = auto;
        self
    }

    /// So many instructions for each predictor, whatever [`auto`](Self::auto) says; at least 2.
    #[must_use]
    pub fn candidates(mut self, candidates: usize) -> Self {
        self.strategy.0.candidates = Some(candidates.max(2));
        self
    }

    /// So many trials.
    #[must_use]
    pub fn trials(mut self, trials: usize) -> Self {
        self.strategy.0.trials = Some(trials.max(1));
        self
    }

    /// What chooses the trials; a Gaussian process by default.
    #[must_use]
    pub fn surrogate(mut self, method: Method) -> Self {
        self.strategy.0.method = method;
        self
    }
}

impl Strategy for Signatures {
    fn name(&self) -> &'static str {
        "BayesianSignatureOptimizer"
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn needs(&self, facts: &Facts) -> Needs {
        self.0.needs(facts)
    }

    async fn search(&self, engine: &mut Engine) -> Result<CandidateId> {
        self.0.search(engine).await
    }
}
