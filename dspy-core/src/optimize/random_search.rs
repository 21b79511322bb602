//! Random search over bootstrapped demonstration sets.

use rand::RngExt as _;
use serde::Serialize;
use serde_json::{Value, json};

use super::bootstrap::{Bootstrap, Collected, collect};
use super::changes::Changes;
use super::demos::{labeled, sample};
use super::engine::{CandidateId, Engine};
use super::plan::{Facts, Needs};
use super::stage::Part;
use super::stop::StopReason;
use super::strategy::Strategy;
use super::tuned::Tuned;
use crate::error::{Error, Result};
use crate::metric::Metric;
use crate::signature::{Demo, SignatureSchema};

/// Tries many sets of demonstrations and keeps the program that scores best on validation rows.
///
/// Follows DSPy's `BootstrapFewShotWithRandomSearch` (Khattab et al. 2023, arXiv:2310.03714): the
/// program without demonstrations, with labelled ones only, bootstrapped in row order, and `n`
/// times bootstrapped from shuffled rows with a number of demonstrations drawn for each. With these
/// differences: the program as passed in always takes part; the validation rows are never the rows
/// that demonstrations come from (without [`validation`](Tuned::validation), four tenths of the
/// training rows are set apart and the report says so); neither a program that was compared nor a
/// teacher's run is paid for twice; orders and numbers come from separate random streams; the
/// winner has the highest posterior mean and must pass the [`gate`](Tuned::gate).
///
/// Costs (`n` + 4) runs for each validation row at most, and the bootstrapping.
///
/// ```
/// use dspy::prelude::*;
/// use dspy::optimize::{BootstrapFewShotWithRandomSearch, Optimizer};
///
/// # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let rows: Vec<Qa> = ["yes", "no"].iter().cycle().take(10)
///     .map(|word| Qa { question: format!("Say {word}."), answer: (*word).into() })
///     .collect();
/// let mut program = Predict::<Qa>::new();
/// program.set_lm(&Lm::embedded());
/// let report = BootstrapFewShotWithRandomSearch::new(|row: &Qa, out: &QaOutput| {
///     row.answer == out.answer
/// })
/// .candidates(3)
/// .compile(&program, &rows)
/// .await?;
/// println!("{report}");
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub type BootstrapFewShotWithRandomSearch<R, O> = Tuned<RandomSearch, R, O>;

/// The strategy of [`BootstrapFewShotWithRandomSearch`].
#[derive(Clone, Debug, Serialize)]
pub struct RandomSearch {
    candidates: u64,
    stop_at_score: Option<f64>,
    bootstrap: Bootstrap,
}

impl<R: Sync + 'static, O: Sync + 'static> Tuned<RandomSearch, R, O> {
    /// Searches by this metric: 16 shuffled candidates of up to 4 demonstrations from runs, up to
    /// 16 in all.
    pub fn new(metric: impl Metric<R, O>) -> Self {
        let bootstrap = Bootstrap::default();
        Self::by(RandomSearch { candidates: 16, stop_at_score: None, bootstrap }, metric)
    }

    /// How many shuffled candidates to try.
    #[must_use]
    pub fn candidates(mut self, candidates: u64) -> Self {
        self.strategy.candidates = candidates;
        self
    }

    /// The most demonstrations from runs, for each predictor.
    #[must_use]
    pub fn max_bootstrapped(mut self, count: usize) -> Self {
        self.strategy.bootstrap.max_bootstrapped = count;
        self
    }

    /// The most demonstrations in all: labelled rows fill up what runs leave.
    #[must_use]
    pub fn max_labeled(mut self, count: usize) -> Self {
        self.strategy.bootstrap.max_labeled = count;
        self
    }

    /// How often the teacher tries a row.
    #[must_use]
    pub fn max_rounds(mut self, rounds: u32) -> Self {
        self.strategy.bootstrap.max_rounds = rounds.max(1);
        self
    }

    /// A teacher's run succeeds if it scores at least this; without it, if it scores more than 0.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.strategy.bootstrap.threshold = Some(threshold);
        self
    }

    /// Tries no further candidates once one reaches this mean score.
    #[must_use]
    pub fn stop_at_score(mut self, score: f64) -> Self {
        self.strategy.stop_at_score = Some(score);
        self
    }
}

impl RandomSearch {
    /// The bootstrapped candidates, in the order to try them.
    fn plans(&self, engine: &Engine) -> Vec<(String, Bootstrap)> {
        if self.bootstrap.max_bootstrapped == 0 {
            return Vec::new();
        }
        let unshuffled = ("bootstrapped".to_owned(), self.bootstrap.clone());
        let shuffled = (0..self.candidates).map(|index| {
            let mut size = engine.rng("size of candidate", index);
            let how = Bootstrap {
                max_bootstrapped: size.random_range(1..=self.bootstrap.max_bootstrapped),
                shuffle: true,
                set: index + 1,
                ..self.bootstrap.clone()
            };
            (format!("bootstrapped, shuffle {index}"), how)
        });
        std::iter::once(unshuffled).chain(shuffled).collect()
    }

    /// Scores a candidate on all validation rows.
    async fn consider(&self, engine: &mut Engine, name: &str, changes: Changes) -> Result<()> {
        let id = engine.add(name, &[CandidateId::BASELINE], changes)?;
        let failed = engine.failures(id);
        engine.evaluate_all(&[id], Part::Validation).await?;
        let failed = engine.failures(id) - failed;
        if failed > 0 {
            let rows = engine.len(Part::Validation);
            engine.warn(format!("{name}: {failed} of {rows} rows failed, scored 0"));
        }
        let leader = engine.best();
        engine.step(name, leader)?;
        let reached = engine.mean(id, Part::Validation).map(|(mean, _)| mean);
        if self.stop_at_score.zip(reached).is_some_and(|(stop, mean)| mean >= stop) {
            engine.stop(StopReason::ScoreReached);
        }
        Ok(())
    }
}

impl Strategy for RandomSearch {
    fn name(&self) -> &'static str {
        "BootstrapFewShotWithRandomSearch"
    }

    fn settings(&self) -> Value {
        json!(self)
    }

    fn needs(&self, facts: &Facts) -> Needs {
        let sets = self.candidates as usize + 1;
        let runs = (sets + 3) * facts.validation;
        let most = facts.train * self.bootstrap.max_rounds as usize;
        let expected = sets * self.bootstrap.max_bootstrapped;
        Needs::default()
            .with_runs_between(runs - facts.validation, runs)
            .with_teacher_runs(expected.min(most), most)
            .with_demos(
                self.bootstrap.max_bootstrapped,
                self.bootstrap.max_bootstrapped + self.bootstrap.max_labeled,
            )
    }

    async fn search(&self, engine: &mut Engine) -> Result<CandidateId> {
        let plans = self.plans(engine);
        engine.begin(plans.len() + 2);
        self.consider(engine, "as given", Changes::new()).await?;
        let bare: Vec<String> = engine
            .tasks()
            .filter(|task| !engine.demos(CandidateId::BASELINE, &task.path).is_empty())
            .map(|task| task.path.clone())
            .collect();
        if !bare.is_empty() {
            let changes = bare.iter().fold(Changes::new(), |all, path| all.with_demos(path, &[]));
            self.consider(engine, "no demonstrations", changes).await?;
        }
        if self.bootstrap.max_labeled > 0 && engine.stopped().is_none() {
            let changes = labels(engine, self.bootstrap.max_labeled)?;
            self.consider(engine, "labelled", changes).await?;
        }
        for (name, how) in plans {
            if engine.stopped().is_some() {
                break;
            }
            let Collected { demos, errors, .. } = match collect(engine, &how).await {
                Ok(collected) => collected,
                Err(error) if error.is_setup() => return Err(error),
                // What the other candidates cost must not be lost with this one.
                Err(error) => {
                    engine.warn(format!("{name}: could not be made: {error}"));
                    continue;
                }
            };
            if let Some(first) = errors.first() {
                let count = errors.len();
                engine.warn(format!("{count} of the teacher's runs failed; the first: {first}"));
            }
            let all = demos.iter();
            let changes = all.fold(Changes::new(), |all, (path, set)| all.with_demos(path, set));
            self.consider(engine, &name, changes).await?;
        }
        Ok(engine.best())
    }
}

/// Labelled rows for every predictor.
pub(super) fn labels(engine: &Engine, count: usize) -> std::result::Result<Changes, Error> {
    let tasks: Vec<(String, SignatureSchema)> =
        engine.tasks().map(|task| (task.path.clone(), task.schema.clone())).collect();
    let (sets, _) = labeled(&tasks, engine.rows(Part::Train))?;
    Ok(sets.iter().fold(Changes::new(), |all, (path, set)| {
        let drawn = sample(set, count, engine.seed(), path);
        let demos: Vec<Demo> = drawn.into_iter().map(|(_, demo)| demo).collect();
        all.with_demos(path, &demos)
    }))
}
