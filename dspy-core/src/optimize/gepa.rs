//! GEPA: texts evolved by reflection on what went wrong, kept where they are best at something.

mod component;
mod front;
mod merge;
mod reflect;
mod search;

use serde::Serialize;
use serde_json::{Value, json};

use self::search::Search;
use super::engine::{CandidateId, Engine};
use super::mipro::Auto;
use super::plan::{Facts, Needs};
use super::strategy::Strategy;
use super::tuned::Tuned;
use crate::error::Result;
use crate::metric::Metric;

/// Improves the texts of a program by reflection: a model reads what the predictors were given, what
/// they gave, and what the metric said of it, and rewrites their instructions.
///
/// After GEPA (Agrawal et al. 2025, arXiv:2507.19457). A candidate is drawn by how many validation
/// rows it is best on, among those that no other dominates; it is run on a few training rows; one of
/// its texts is rewritten by reflection on them; the child lives on if it does better on those rows,
/// and then on validation rows. Candidates with a common ancestor are merged now and then.
///
/// Where it departs from the published algorithm, for measured reasons (`bench/README.md`):
///
/// | here | [`paper`](Self::paper) |
/// |---|---|
/// | a child that is no worse on the training rows races its parent on validation rows, a few at a time, until it is unlikely to be better, which ends it, or surely is | a child that is better on 3 training rows is run on all validation rows |
/// | the front is that of the rows which all candidates met | that of all validation rows |
/// | 8 training rows for each reflection, which also reads what the candidate gave on rows before, 24 in all | 3, alone |
/// | the winner has the highest posterior mean | the highest observed mean |
///
/// Metrics that say in words what was wrong help most: [`Score::with_feedback`] for the whole
/// program, [`Score::with_feedback_for`] for one predictor. An answer that could not be read is
/// feedback, too.
///
/// Costs by [`auto`](Self::auto) as the reference: one validation set, and about as many runs again
/// as MIPROv2 of the same size takes; one question to the proposer for each child.
///
/// [`Score::with_feedback`]: crate::metric::Score::with_feedback
/// [`Score::with_feedback_for`]: crate::metric::Score::with_feedback_for
///
/// ```
/// use dspy::metric::Score;
/// use dspy::optimize::{Gepa, Optimizer};
/// use dspy::prelude::*;
///
/// # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let rows: Vec<Qa> = ["yes", "no"].iter().cycle().take(20)
///     .map(|word| Qa { question: format!("Say {word}."), answer: (*word).into() })
///     .collect();
/// let program = Predict::<Qa>::new().with_lm(Lm::embedded());
/// let report = Gepa::new(|row: &Qa, out: &QaOutput| {
///     Score::from(row.answer == out.answer)
///         .with_feedback(format!("expected {}, got {}", row.answer, out.answer))
/// })
/// .max_metric_calls(40)
/// .compile(&program, &rows)
/// .await?;
/// println!("{report}");
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub type Gepa<R, O> = Tuned<Evolution, R, O>;

/// The strategy of [`Gepa`].
#[derive(Clone, Debug, Serialize)]
pub struct Evolution {
    effort: Effort,
    minibatch: usize,
    merge: bool,
    max_merges: usize,
    all_components: bool,
    descriptions: bool,
    skip_perfect: bool,
    perfect: f64,
    proposer_temperature: f64,
    paper: bool,
}

/// How many runs to spend.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Effort {
    Auto(Auto),
    FullEvals(usize),
    MetricCalls(usize),
}

impl Default for Evolution {
    fn default() -> Self {
        Self {
            effort: Effort::Auto(Auto::Light),
            minibatch: 8,
            merge: true,
            max_merges: 5,
            all_components: false,
            descriptions: false,
            skip_perfect: true,
            perfect: 1.0,
            proposer_temperature: 1.0,
            paper: false,
        }
    }
}

impl<R: Sync + 'static, O: Sync + 'static> Tuned<Evolution, R, O> {
    /// Evolves by this metric, [`Auto::Light`].
    pub fn new(metric: impl Metric<R, O>) -> Self {
        Self::by(Evolution::default(), metric)
    }

    /// How much to spend, by the reference's formula.
    #[must_use]
    pub fn auto(mut self, auto: Auto) -> Self {
        self.strategy.effort = Effort::Auto(auto);
        self
    }

    /// As many runs as so many evaluations on all training and validation rows take.
    #[must_use]
    pub fn max_full_evals(mut self, evaluations: usize) -> Self {
        self.strategy.effort = Effort::FullEvals(evaluations);
        self
    }

    /// So many runs of the program.
    #[must_use]
    pub fn max_metric_calls(mut self, runs: usize) -> Self {
        self.strategy.effort = Effort::MetricCalls(runs);
        self
    }

    /// How many training rows a reflection sees; 8 by default.
    #[must_use]
    pub fn minibatch(mut self, rows: usize) -> Self {
        self.strategy.minibatch = rows.max(1);
        self
    }

    /// Whether candidates are merged; they are by default, up to 5 times.
    #[must_use]
    pub fn merge(mut self, merge: bool) -> Self {
        self.strategy.merge = merge;
        self
    }

    /// Rewrites all texts of a candidate at each step, not one after the other.
    #[must_use]
    pub fn all_components(mut self) -> Self {
        self.strategy.all_components = true;
        self
    }

    /// Rewrites the descriptions of fields, too. Descriptions of tools are always among the texts.
    #[must_use]
    pub fn descriptions(mut self) -> Self {
        self.strategy.descriptions = true;
        self
    }

    /// The score of a run that leaves nothing to improve; 1 by default. Reflection is skipped where
    /// all rows reach it.
    #[must_use]
    pub fn perfect(mut self, score: f64) -> Self {
        self.strategy.perfect = score;
        self
    }

    /// Reflects also on rows that all went perfectly.
    #[must_use]
    pub fn reflect_on_perfect(mut self) -> Self {
        self.strategy.skip_perfect = false;
        self
    }

    /// The temperature at which texts are rewritten; 1 by default.
    #[must_use]
    pub fn proposer_temperature(mut self, temperature: f64) -> Self {
        self.strategy.proposer_temperature = temperature;
        self
    }

    /// The published algorithm, as far as the table above lists a difference.
    #[must_use]
    pub fn paper(mut self) -> Self {
        self.strategy.paper = true;
        self.strategy.minibatch = 3;
        self
    }
}

impl Evolution {
    /// Runs of the program that may be spent, as the reference counts them.
    fn runs(&self, predictors: usize, train: usize, validation: usize) -> usize {
        match self.effort {
            Effort::MetricCalls(runs) => runs,
            Effort::FullEvals(count) => count * (train + validation),
            Effort::Auto(auto) => {
                let n = auto.candidates() as f64;
                let trials = (4.0 * predictors as f64 * n.log2()).max(1.5 * n) as usize;
                let fulls = (trials + 1) / 5 + 1 + usize::from(trials < 5);
                validation + 5 * auto.candidates() + trials * 35 + fulls * validation
            }
        }
    }
}

impl Strategy for Evolution {
    fn name(&self) -> &'static str {
        "GEPA"
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn needs(&self, facts: &Facts) -> Needs {
        let runs = self.runs(facts.predictors, facts.train, facts.validation);
        let children = runs.saturating_sub(facts.validation) / (2 * self.minibatch);
        Needs::default()
            .with_runs_between(runs.min(facts.validation.max(runs)), runs)
            .with_questions(children / 3, children)
    }

    async fn search(&self, engine: &mut Engine) -> Result<CandidateId> {
        Search::new(engine, self).run().await
    }
}
