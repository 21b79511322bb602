//! MIPROv2: instructions and demonstrations, searched together.

mod ingredients;
mod signatures;
mod space;
mod trials;

use serde::Serialize;
use serde_json::{Value, json};

use self::ingredients::Ingredients;
use self::trials::Trials;
use super::engine::{CandidateId, Engine};
use super::plan::{Facts, Needs};
use super::strategy::Strategy;
use super::surrogate::Method;
use super::tuned::Tuned;
use crate::error::Result;
use crate::metric::Metric;

pub use self::signatures::{BayesianSignatureOptimizer, Signatures};

/// Searches instructions and demonstrations of all predictors together.
///
/// After MIPROv2 (Opsahl-Ong et al. 2024, arXiv:2406.11695), in three stages: sets of demonstrations
/// are bootstrapped; a model that sees a summary of the data, the program's structure, rows and
/// failures writes instructions; a surrogate chooses which of them to try together on minibatches of
/// validation rows, and the most promising are tried on more.
///
/// Where it departs from the published algorithm, for measured reasons (`bench/README.md`):
///
/// | here | [`paper`](Self::paper) |
/// |---|---|
/// | a Gaussian process with the noise of each trial | the tree-structured Parzen estimator |
/// | all trials on the same first rows, so that they compare in pairs | other rows for each trial |
/// | the winner has the highest posterior mean | the highest observed mean on all rows |
/// | half-way, further instructions are written from the best one so far | all are written before |
/// | proposals see labelled rows and failures | successful demonstrations |
/// | the order of demonstrations is searched, too | it is not |
///
/// Costs, with `n` candidates (6, 12, 18 for [`Auto::Light`], `Medium`, `Heavy`) and `P` predictors:
/// max(4 P log2 n, 1.5 n) trials of 35 runs, up to one validation set in five trials, the
/// bootstrapping, and about 11 + 2 n P questions to the proposer. [`Tuned::plan`] says it for your
/// rows.
///
/// ```
/// use dspy::optimize::{Auto, MiproV2, Optimizer};
/// use dspy::prelude::*;
///
/// # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let rows: Vec<Qa> = ["yes", "no"].iter().cycle().take(20)
///     .map(|word| Qa { question: format!("Say {word}."), answer: (*word).into() })
///     .collect();
/// let program = Predict::<Qa>::new().with_lm(Lm::embedded());
/// let mipro = MiproV2::new(|row: &Qa, out: &QaOutput| row.answer == out.answer)
///     .auto(Auto::Light)
///     .seed(7);
/// println!("{}", mipro.plan(&program, &rows)?);
/// let report = mipro.compile(&program, &rows).await?;
/// println!("{report}");
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub type MiproV2<R, O> = Tuned<Mipro, R, O>;

/// How much to spend, in the reference's three sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Auto {
    /// A look: 6 candidates, at most 100 validation rows.
    #[default]
    Light,
    /// A search: 12 candidates, at most 300 validation rows.
    Medium,
    /// A thorough search: 18 candidates, at most 1,000 validation rows.
    Heavy,
}

impl Auto {
    /// Candidates of each kind.
    pub(super) fn candidates(self) -> usize {
        match self {
            Self::Light => 6,
            Self::Medium => 12,
            Self::Heavy => 18,
        }
    }

    /// Validation rows at most.
    pub(super) fn validation(self) -> usize {
        match self {
            Self::Light => 100,
            Self::Medium => 300,
            Self::Heavy => 1_000,
        }
    }
}

/// The strategy of [`MiproV2`].
#[derive(Clone, Debug, Serialize)]
pub struct Mipro {
    auto: Auto,
    candidates: Option<usize>,
    trials: Option<usize>,
    minibatch: usize,
    full_every: usize,
    max_bootstrapped: usize,
    max_labeled: usize,
    instructions: bool,
    orders: usize,
    temperatures: Vec<f64>,
    threshold: Option<f64>,
    proposer_temperature: f64,
    method: Method,
    paper: bool,
}

impl Default for Mipro {
    fn default() -> Self {
        Self {
            auto: Auto::Light,
            candidates: None,
            trials: None,
            minibatch: 35,
            full_every: 5,
            max_bootstrapped: 4,
            max_labeled: 4,
            instructions: true,
            orders: 2,
            temperatures: Vec::new(),
            threshold: None,
            proposer_temperature: 1.0,
            method: Method::Gp,
            paper: false,
        }
    }
}

impl<R: Sync + 'static, O: Sync + 'static> Tuned<Mipro, R, O> {
    /// Searches by this metric, [`Auto::Light`].
    pub fn new(metric: impl Metric<R, O>) -> Self {
        Self::by(Mipro::default(), metric)
    }

    /// How much to spend.
    #[must_use]
    pub fn auto(mut self, auto: Auto) -> Self {
        self.strategy.auto = auto;
        self
    }

    /// So many candidates of each kind, whatever [`auto`](Self::auto) says; at least 2.
    #[must_use]
    pub fn candidates(mut self, candidates: usize) -> Self {
        self.strategy.candidates = Some(candidates.max(2));
        self
    }

    /// So many trials.
    #[must_use]
    pub fn trials(mut self, trials: usize) -> Self {
        self.strategy.trials = Some(trials.max(1));
        self
    }

    /// How many validation rows a trial is run on; 35 by default.
    #[must_use]
    pub fn minibatch(mut self, rows: usize) -> Self {
        self.strategy.minibatch = rows.max(1);
        self
    }

    /// Instructions only, no demonstrations.
    #[must_use]
    pub fn zero_shot(self) -> Self {
        self.max_bootstrapped(0).max_labeled(0)
    }

    /// The most demonstrations from runs, for each predictor; 4 by default.
    #[must_use]
    pub fn max_bootstrapped(mut self, count: usize) -> Self {
        self.strategy.max_bootstrapped = count;
        self
    }

    /// The most demonstrations in all; 4 by default.
    #[must_use]
    pub fn max_labeled(mut self, count: usize) -> Self {
        self.strategy.max_labeled = count;
        self
    }

    /// A run succeeds if it scores at least this; without it, if it scores more than 0.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.strategy.threshold = Some(threshold);
        self
    }

    /// In how many orders each set of demonstrations takes part; 2 by default, 1 for as they are.
    #[must_use]
    pub fn demo_orders(mut self, orders: usize) -> Self {
        self.strategy.orders = orders.max(1);
        self
    }

    /// Searches the program's sampling temperature among these and its own, too.
    #[must_use]
    pub fn temperatures(mut self, temperatures: impl IntoIterator<Item = f64>) -> Self {
        self.strategy.temperatures = temperatures.into_iter().collect();
        self
    }

    /// The temperature at which instructions are written; 1 by default.
    #[must_use]
    pub fn proposer_temperature(mut self, temperature: f64) -> Self {
        self.strategy.proposer_temperature = temperature;
        self
    }

    /// What chooses the trials; a Gaussian process by default.
    #[must_use]
    pub fn surrogate(mut self, method: Method) -> Self {
        self.strategy.method = method;
        self
    }

    /// The published algorithm, as far as the table above lists a difference.
    #[must_use]
    pub fn paper(mut self) -> Self {
        self.strategy.paper = true;
        self.strategy.method = Method::Tpe;
        self.strategy.orders = 1;
        self
    }
}

impl Mipro {
    fn n(&self) -> usize {
        self.candidates.unwrap_or(self.auto.candidates())
    }

    fn is_zero_shot(&self) -> bool {
        self.max_bootstrapped == 0 && self.max_labeled == 0
    }

    /// How many instructions to write for each predictor.
    fn proposals(&self) -> usize {
        match (self.instructions, self.is_zero_shot()) {
            (false, _) => 0,
            (true, true) => self.n(),
            (true, false) => (self.n() / 2).max(1),
        }
    }

    /// As the reference counts them.
    fn trial_count(&self, predictors: usize) -> usize {
        let variables = if self.is_zero_shot() { predictors } else { 2 * predictors };
        let n = self.n() as f64;
        let usual = (2.0 * variables as f64 * n.log2()).max(1.5 * n) as usize;
        self.trials.unwrap_or(usual.max(1))
    }

    fn validation(&self, rows: usize) -> usize {
        if self.candidates.is_some() { rows } else { rows.min(self.auto.validation()) }
    }
}

impl Strategy for Mipro {
    fn name(&self) -> &'static str {
        "MIPROv2"
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn needs(&self, facts: &Facts) -> Needs {
        let trials = self.trial_count(facts.predictors);
        let all = self.validation(facts.validation);
        let batch = self.minibatch.min(all);
        let fulls = trials / self.full_every.max(1) + 1;
        let runs = all + trials * batch + fulls * (all - batch);
        let sets = if self.is_zero_shot() { 0 } else { self.n().saturating_sub(2) };
        let wanted = (sets * self.max_bootstrapped * 2).min(facts.train);
        let proposals = self.proposals() * facts.predictors;
        let questions = if proposals == 0 { 0 } else { 11 + 2 * proposals };
        Needs::default()
            .with_runs_between(runs.saturating_sub(fulls * batch / 2), runs)
            .with_teacher_runs(wanted, if sets == 0 { 0 } else { facts.train })
            .with_questions(questions.saturating_sub(proposals / 2), questions)
            .with_demos(
                self.max_bootstrapped.max(self.max_labeled),
                self.max_bootstrapped + self.max_labeled,
            )
    }

    async fn search(&self, engine: &mut Engine) -> Result<CandidateId> {
        let predictors = engine.tasks().count();
        if predictors == 0 {
            engine.warn("every predictor is frozen: there is nothing to search");
            return Ok(CandidateId::BASELINE);
        }
        let trials = self.trial_count(predictors);
        engine.begin(trials + 2);
        let ingredients = Ingredients::gather(engine, self).await?;
        Trials::new(engine, self, ingredients, trials).run().await
    }
}
