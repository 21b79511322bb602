//! The ratchet: write from rows and failures, race, keep what holds.

mod round;

use serde::Serialize;
use serde_json::{Value, json};

use self::round::Climb;
use super::engine::{CandidateId, Engine};
use super::plan::{Facts, Needs};
use super::strategy::Strategy;
use super::tuned::Tuned;
use crate::error::Result;
use crate::metric::Metric;

/// Writes instructions from labelled rows and failures, races them against the best so far on few
/// validation rows, and never goes back: the optimizer we recommend where calls cost money.
///
/// An algorithm of this project, put together from what was measured to pay (`bench/README.md`):
///
/// 1. A model writes several instructions, each from other labelled training rows, which costs no run
///    of the program. Sets of labelled demonstrations take part beside them.
/// 2. All of them [race](super::Race) on the same validation rows; most are dropped after a few.
/// 3. The winner is run on training rows; what went wrong there, and other rows, go into the next
///    instructions, which begin with the winner's. They race against it. Every other round, the
///    winner's instruction is tried with other demonstrations.
/// 4. It ends when rounds bring nothing any more, or the budget does.
///
/// So calls go where candidates still differ, and a round can only add to what is proven.
///
/// Costs at most [`max_runs`](Self::max_runs) runs, by default about four times the validation rows,
/// and a question to the proposer for each instruction.
///
/// ```
/// use dspy::metric::Score;
/// use dspy::optimize::{Optimizer, Ratchet};
/// use dspy::prelude::*;
///
/// # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let rows: Vec<Qa> = ["yes", "no"].iter().cycle().take(20)
///     .map(|word| Qa { question: format!("Say {word}."), answer: (*word).into() })
///     .collect();
/// let program = Predict::<Qa>::new().with_lm(Lm::embedded());
/// let report = Ratchet::new(|row: &Qa, out: &QaOutput| {
///     Score::from(row.answer == out.answer)
///         .with_feedback(format!("expected {}, got {}", row.answer, out.answer))
/// })
/// .compile(&program, &rows)
/// .await?;
/// println!("{report}");
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub type Ratchet<R, O> = Tuned<Climbing, R, O>;

/// The strategy of [`Ratchet`].
#[derive(Clone, Debug, Serialize)]
pub struct Climbing {
    max_runs: Option<usize>,
    rounds: usize,
    breadth: usize,
    shown: usize,
    probed: usize,
    demo_sets: usize,
    max_demos: usize,
    first: usize,
    tolerance: f64,
    kept: f64,
    patience: usize,
    proposer_temperature: f64,
}

impl Default for Climbing {
    fn default() -> Self {
        Self {
            max_runs: None,
            rounds: 12,
            breadth: 3,
            shown: 24,
            probed: 8,
            demo_sets: 2,
            max_demos: 16,
            first: 14,
            tolerance: 0.05,
            kept: 0.25,
            patience: 3,
            proposer_temperature: 1.0,
        }
    }
}

impl<R: Sync + 'static, O: Sync + 'static> Tuned<Climbing, R, O> {
    /// Climbs by this metric.
    pub fn new(metric: impl Metric<R, O>) -> Self {
        Self::by(Climbing::default(), metric)
    }

    /// The most runs of the program; by default four times the number of validation rows.
    #[must_use]
    pub fn max_runs(mut self, runs: usize) -> Self {
        self.strategy.max_runs = Some(runs);
        self
    }

    /// The most rounds; 12 by default.
    #[must_use]
    pub fn rounds(mut self, rounds: usize) -> Self {
        self.strategy.rounds = rounds.max(1);
        self
    }

    /// How many instructions a round writes for each predictor; 3 by default.
    #[must_use]
    pub fn breadth(mut self, instructions: usize) -> Self {
        self.strategy.breadth = instructions.max(1);
        self
    }

    /// How many training rows each question to the proposer shows; 24 by default.
    #[must_use]
    pub fn shown_rows(mut self, rows: usize) -> Self {
        self.strategy.shown = rows.max(1);
        self
    }

    /// On how many training rows the winner is run in each round, to see what goes wrong; 8 by
    /// default. Rows whose labels say all that is to be known need none.
    #[must_use]
    pub fn probed_rows(mut self, rows: usize) -> Self {
        self.strategy.probed = rows;
        self
    }

    /// The most demonstrations of each predictor; 16 by default, 0 for instructions alone.
    #[must_use]
    pub fn max_demos(mut self, demos: usize) -> Self {
        self.strategy.max_demos = demos;
        self
    }

    /// On how many validation rows a new candidate is first tried; 14 by default.
    #[must_use]
    pub fn first_rows(mut self, rows: usize) -> Self {
        self.strategy.first = rows.max(1);
        self
    }

    /// What a candidate must promise to be tried on further rows within a round, as
    /// [`Race::tolerance`](super::Race::tolerance) counts it; 0.05 by default. The last race is finer.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.strategy.tolerance = tolerance.max(0.0);
        self
    }

    /// The share of the runs that is kept for the last race, in which the best of all rounds compare
    /// on more rows; 0.25 by default.
    #[must_use]
    pub fn kept(mut self, share: f64) -> Self {
        self.strategy.kept = share.clamp(0.0, 1.0);
        self
    }

    /// How many rounds in a row may bring nothing before it ends; 3 by default.
    #[must_use]
    pub fn patience(mut self, rounds: usize) -> Self {
        self.strategy.patience = rounds.max(1);
        self
    }

    /// The temperature at which instructions are written; 1 by default.
    #[must_use]
    pub fn proposer_temperature(mut self, temperature: f64) -> Self {
        self.strategy.proposer_temperature = temperature;
        self
    }
}

impl Climbing {
    fn runs(&self, validation: usize) -> usize {
        self.max_runs.unwrap_or(4 * validation.max(25))
    }
}

impl Strategy for Climbing {
    fn name(&self) -> &'static str {
        "Ratchet"
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn needs(&self, facts: &Facts) -> Needs {
        let runs = self.runs(facts.validation);
        let most = self.rounds * self.breadth * facts.predictors.max(1);
        Needs::default()
            .with_runs_between(runs * 3 / 4, runs)
            .with_questions(most / 2, most)
            .with_demos(self.max_demos / 2, self.max_demos)
    }

    async fn search(&self, engine: &mut Engine) -> Result<CandidateId> {
        if engine.tasks().count() == 0 {
            engine.warn("every predictor is frozen: there is nothing to change");
            return Ok(CandidateId::BASELINE);
        }
        Climb::new(engine, self).run().await
    }
}
