//! Demonstrations from a teacher's successful runs.

mod collect;

use serde::Serialize;
use serde_json::{Value, json};

use super::engine::{CandidateId, Engine};
use super::plan::{Facts, Needs};
use super::report::Report;
use super::strategy::Strategy;
use super::tuned::Tuned;
use super::{Optimizer, changes::Changes};
use crate::error::Result;
use crate::metric::Metric;
use crate::module::Module;
use crate::row::{Row, Rows};
use crate::signature::View;

pub(super) use self::collect::{Collected, collect};

/// Runs a teacher on training rows and keeps the calls of its successful runs as demonstrations,
/// filled up with labelled rows.
///
/// Follows DSPy's `BootstrapFewShot` (Khattab et al. 2023, arXiv:2310.03714), with these
/// differences: rows are run concurrently and taken in order, so the result does not depend on the
/// concurrency; a threshold of 0 is a threshold; a row never stands in the teacher's own
/// demonstrations while the teacher is tested on it, and nothing is left changed by an error; the
/// order of rows and all draws follow the seed.
///
/// Costs at most one teacher run for each row and round; it stops once it has enough. Where
/// validation or holdout rows are given, the result is judged on them.
///
/// ```
/// use dspy::prelude::*;
/// use dspy::optimize::{BootstrapFewShot, Optimizer};
///
/// # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let rows = vec![Qa { question: "Say yes.".into(), answer: "yes".into() }];
/// let mut program = ChainOfThought::<Qa>::new();
/// program.set_lm(&Lm::embedded());
/// let report = BootstrapFewShot::new(|row: &Qa, out: &QaOutput| row.answer == out.answer)
///     .compile(&program, &rows)
///     .await?;
/// println!("{report}");
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub type BootstrapFewShot<R, O> = Tuned<Bootstrap, R, O>;

/// The strategy of [`BootstrapFewShot`].
#[derive(Clone, Debug, Serialize)]
pub struct Bootstrap {
    pub(super) threshold: Option<f64>,
    pub(super) max_bootstrapped: usize,
    pub(super) max_labeled: usize,
    pub(super) max_rounds: u32,
    pub(super) max_errors: usize,
    pub(super) shuffle: bool,
    /// Which of several sets, each with draws of its own.
    pub(super) set: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self {
            threshold: None,
            max_bootstrapped: 4,
            max_labeled: 16,
            max_rounds: 1,
            max_errors: 10,
            shuffle: false,
            set: 0,
        }
    }
}

impl Bootstrap {
    /// Whether a run of this score is taken.
    pub(super) fn succeeds(&self, score: f64) -> bool {
        match self.threshold {
            Some(threshold) => score >= threshold,
            None => score > 0.0,
        }
    }
}

impl<R: Sync + 'static, O: Sync + 'static> Tuned<Bootstrap, R, O> {
    /// Bootstraps by this metric: up to 4 demonstrations from runs, up to 16 in all.
    pub fn new(metric: impl Metric<R, O>) -> Self {
        Self::by(Bootstrap::default(), metric)
    }

    /// A run succeeds if it scores at least this; without it, if it scores more than 0.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.strategy.threshold = Some(threshold);
        self
    }

    /// The most demonstrations from runs, for each predictor.
    #[must_use]
    pub fn max_bootstrapped(mut self, count: usize) -> Self {
        self.strategy.max_bootstrapped = count;
        self
    }

    /// The most demonstrations in all: labelled rows fill up what runs leave.
    #[must_use]
    pub fn max_labeled(mut self, count: usize) -> Self {
        self.strategy.max_labeled = count;
        self
    }

    /// How often a row is tried; from the second time on at temperature 1 and sampled anew.
    #[must_use]
    pub fn max_rounds(mut self, rounds: u32) -> Self {
        self.strategy.max_rounds = rounds.max(1);
        self
    }

    /// How many failed runs to put up with; 10 by default. One more ends the compilation.
    #[must_use]
    pub fn max_errors(mut self, errors: usize) -> Self {
        self.strategy.max_errors = errors;
        self
    }

    /// Whether rows are tried in an order drawn by the seed rather than their own.
    #[must_use]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.strategy.shuffle = shuffle;
        self
    }

    /// Tunes the program by the runs of another, as [`teacher`](Self::teacher) does.
    ///
    /// # Errors
    /// No rows, rows that do not fit, too many failed runs, or failures of the set-up.
    pub async fn compile_with_teacher<P, T>(
        &self,
        program: &P,
        teacher: &T,
        train: impl Into<Rows<R>>,
    ) -> Result<Report<P>>
    where
        P: Module,
        P::Output: View<O>,
        T: Module,
        T::Output: View<O>,
        R: Row<P::Input> + Row<T::Input>,
    {
        self.clone().teacher(teacher).compile(program, train).await
    }
}

impl Strategy for Bootstrap {
    fn name(&self) -> &'static str {
        "BootstrapFewShot"
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn needs(&self, facts: &Facts) -> Needs {
        let most = facts.train * self.max_rounds as usize;
        Needs::default()
            .with_teacher_runs((2 * self.max_bootstrapped).min(most), most)
            .with_demos(self.max_bootstrapped, self.max_bootstrapped + self.max_labeled)
    }

    fn compares(&self) -> bool {
        false
    }

    async fn search(&self, engine: &mut Engine) -> Result<CandidateId> {
        engine.begin(1);
        let Collected { demos, errors, .. } = collect(engine, self).await?;
        if let Some(first) = errors.first() {
            let count = errors.len();
            engine.warn(format!("{count} of the teacher's runs failed; the first: {first}"));
        }
        let mut changes = Changes::new();
        for (path, demos) in &demos {
            changes = changes.with_demos(path, demos);
        }
        let made = engine.add("bootstrapped", &[CandidateId::BASELINE], changes)?;
        engine.step("bootstrapped", made)?;
        Ok(made)
    }
}
