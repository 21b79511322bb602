//! Random search over bootstrapped demonstration sets.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use rand::RngExt as _;
use rand::seq::SliceRandom;

use super::bootstrap::BootstrapFewShot;
use super::demos::{data_hash, demo_count, row_fields, without_demos};
use super::labeled::LabeledFewShot;
use super::report::{Candidate, Report};
use super::{Optimizer, require_rows};
use crate::error::Result;
use crate::evaluate::{Evaluate, Evaluation};
use crate::lm::Lm;
use crate::metric::{DynMetric, Metric};
use crate::module::{Module, identity};
use crate::row::{Row, Rows};
use crate::seed;
use crate::signature::View;

/// Tries many sets of demonstrations and keeps the program that scores best on validation rows.
///
/// Follows DSPy's `BootstrapFewShotWithRandomSearch` (Khattab et al. 2023, arXiv:2310.03714): the
/// program without demonstrations, with labelled ones only, bootstrapped in row order, and `n`
/// times bootstrapped from shuffled rows with a number of demonstrations drawn for each. With these
/// differences: the program as passed in always takes part and wins ties; the validation rows are
/// never the rows that demonstrations come from (without [`validation`](Self::validation), four
/// tenths of the training rows are set apart and the report says so); a program that was compared
/// already is not paid for again; orders and numbers come from separate random streams.
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
pub struct BootstrapFewShotWithRandomSearch<R, O> {
    metric: DynMetric<R, O>,
    validation: Option<Rows<R>>,
    candidates: u64,
    max_bootstrapped: usize,
    max_labeled: usize,
    max_rounds: u32,
    threshold: Option<f64>,
    stop_at_score: Option<f64>,
    teacher_lm: Option<Lm>,
    concurrency: usize,
    seed: u64,
    progress: bool,
}

impl<R: Send + Sync + 'static, O: Sync + 'static> BootstrapFewShotWithRandomSearch<R, O> {
    /// Searches by this metric: 16 shuffled candidates of up to 4 bootstrapped demonstrations and
    /// up to 16 in all.
    pub fn new(metric: impl Metric<R, O>) -> Self {
        Self {
            metric: DynMetric::new(metric),
            validation: None,
            candidates: 16,
            max_bootstrapped: 4,
            max_labeled: 16,
            max_rounds: 1,
            threshold: None,
            stop_at_score: None,
            teacher_lm: None,
            concurrency: 16,
            seed: 0,
            progress: false,
        }
    }

    /// The rows that decide.
    #[must_use]
    pub fn validation(mut self, rows: impl Into<Rows<R>>) -> Self {
        self.validation = Some(rows.into());
        self
    }

    /// How many shuffled candidates to try.
    #[must_use]
    pub fn candidates(mut self, candidates: u64) -> Self {
        self.candidates = candidates;
        self
    }

    /// The most demonstrations from runs, for each predictor.
    #[must_use]
    pub fn max_bootstrapped(mut self, count: usize) -> Self {
        self.max_bootstrapped = count;
        self
    }

    /// The most demonstrations in all: labelled rows fill up what runs leave.
    #[must_use]
    pub fn max_labeled(mut self, count: usize) -> Self {
        self.max_labeled = count;
        self
    }

    /// How often the teacher tries a row.
    #[must_use]
    pub fn max_rounds(mut self, rounds: u32) -> Self {
        self.max_rounds = rounds;
        self
    }

    /// A teacher's run succeeds if it scores at least this; without it, if it scores more than 0.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = Some(threshold);
        self
    }

    /// Tries no further candidates once one reaches this mean score.
    #[must_use]
    pub fn stop_at_score(mut self, score: f64) -> Self {
        self.stop_at_score = Some(score);
        self
    }

    /// The teacher's model, if it is not the student's.
    #[must_use]
    pub fn teacher_lm(mut self, lm: &Lm) -> Self {
        self.teacher_lm = Some(lm.clone());
        self
    }

    /// How many rows are worked on at a time.
    #[must_use]
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.max(1);
        self
    }

    /// The seed of all draws.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Shows a progress bar for each candidate on standard error, if that is a terminal.
    #[must_use]
    pub fn progress(mut self) -> Self {
        self.progress = true;
        self
    }

    fn bootstrapper(&self, plan: &Plan) -> BootstrapFewShot<R, O> {
        let mut bootstrap = BootstrapFewShot::new(self.metric.clone())
            .max_bootstrapped(plan.bootstrapped)
            .max_labeled(self.max_labeled)
            .max_rounds(self.max_rounds)
            .concurrency(self.concurrency)
            .seed(plan.seed)
            .shuffle(plan.shuffle);
        if let Some(threshold) = self.threshold {
            bootstrap = bootstrap.threshold(threshold);
        }
        match &self.teacher_lm {
            Some(lm) => bootstrap.teacher_lm(lm),
            None => bootstrap,
        }
    }

    /// The bootstrapped candidates, in the order to try them.
    fn plans(&self) -> Vec<Plan> {
        if self.max_bootstrapped == 0 {
            return Vec::new();
        }
        let unshuffled = Plan {
            name: "bootstrapped".to_owned(),
            bootstrapped: self.max_bootstrapped,
            seed: self.seed,
            shuffle: false,
        };
        let shuffled = (0..self.candidates).map(|index| {
            let mut size = seed::rng(self.seed, "size of candidate", index);
            Plan {
                name: format!("bootstrapped, shuffle {index}"),
                bootstrapped: size.random_range(1..=self.max_bootstrapped),
                seed: seed::rng(self.seed, "seed of candidate", index).random(),
                shuffle: true,
            }
        });
        std::iter::once(unshuffled).chain(shuffled).collect()
    }
}

/// How to make one bootstrapped candidate.
struct Plan {
    name: String,
    bootstrapped: usize,
    seed: u64,
    shuffle: bool,
}

impl<P, R, O> Optimizer<P, R> for BootstrapFewShotWithRandomSearch<R, O>
where
    P: Module,
    P::Output: View<O>,
    R: Row<P::Input>,
    O: Sync + 'static,
{
    async fn compile_rows(&self, program: &P, train: Rows<R>) -> Result<Report<P>> {
        require_rows(&train, "the training set")?;
        let started = Instant::now();
        let data = data_hash(&row_fields(&train)?);
        let (train, validation, warning) = match &self.validation {
            Some(rows) => (train, rows.clone(), None),
            None => set_apart(&train, self.seed),
        };
        require_rows(&validation, "the validation set")?;
        let report = Report::new(program.clone(), "BootstrapFewShotWithRandomSearch", self.seed);
        let mut search = Search { settings: self, validation, report, seen: BTreeMap::new() };
        search.report.warnings.extend(warning);
        search.report.data = data;
        search.consider("as given", program.clone()).await?;
        if demo_count(program) > 0 {
            search.consider("no demonstrations", without_demos(program, |_| true)?).await?;
        }
        let labeled = LabeledFewShot::new(self.max_labeled).seed(self.seed);
        let labeled = labeled.compile_rows(program, train.clone()).await?;
        search.report.demo_counts = labeled.demo_counts;
        if self.max_labeled > 0 {
            search.consider("labelled", labeled.program).await?;
        }
        for plan in self.plans() {
            if search.is_done() {
                break;
            }
            let usage = &mut search.report.teacher_usage;
            let made =
                match self.bootstrapper(&plan).bootstrap(program, program, &train, usage).await {
                    Ok(made) => made,
                    Err(error) if error.is_setup() => return Err(error),
                    // What the other candidates cost must not be lost with this one.
                    Err(error) => {
                        let warning = format!("{}: could not be made: {error}", plan.name);
                        search.report.warnings.push(warning);
                        continue;
                    }
                };
            search.report.warnings.extend(made.warnings);
            search.consider(&plan.name, made.program).await?;
        }
        let mut report = search.report;
        report.elapsed = started.elapsed();
        Ok(report)
    }
}

/// Sets four tenths of the rows apart for validation; a row alone serves as both.
fn set_apart<R>(rows: &Rows<R>, seed: u64) -> (Rows<R>, Rows<R>, Option<String>) {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.shuffle(&mut seed::rng(seed, "set apart", 0));
    let count = (rows.len() * 2 / 5).max(1);
    let (validation, train) = order.split_at(count.min(order.len()));
    let train = if train.is_empty() { validation } else { train };
    let warning = format!(
        "no validation rows were given; {count} of {} training rows were set apart to decide",
        rows.len()
    );
    (rows.pick(train.iter().copied()), rows.pick(validation.iter().copied()), Some(warning))
}

/// The candidates so far. The report holds the best program.
struct Search<'a, P, R, O> {
    settings: &'a BootstrapFewShotWithRandomSearch<R, O>,
    validation: Rows<R>,
    report: Report<P>,
    /// What programs scored, by identity.
    seen: BTreeMap<String, Candidate>,
}

impl<P, R, O> Search<'_, P, R, O>
where
    P: Module,
    P::Output: View<O>,
    R: Row<P::Input>,
    O: Sync + 'static,
{
    /// Scores a program; the earliest of the best ones stays the winner.
    async fn consider(&mut self, name: &str, program: P) -> Result<()> {
        let identity = identity(&program);
        let candidate = match self.seen.get(&identity) {
            Some(same) => Candidate { name: format!("{name} (= {})", same.name), ..same.clone() },
            None => {
                let evaluation = self.evaluate(name, &program).await?;
                self.report.student_usage += evaluation.usage();
                self.warn_of_errors(name, &evaluation);
                Candidate {
                    name: name.to_owned(),
                    score: evaluation.score(),
                    interval: evaluation.interval(),
                    demos: demo_count(&program),
                    scores: evaluation.scores(),
                }
            }
        };
        self.seen.entry(identity).or_insert_with(|| candidate.clone());
        let best = self.report.candidates.get(self.report.winner).map(|best| best.score);
        if best.is_none_or(|best| candidate.score > best) {
            self.report.winner = self.report.candidates.len();
            self.report.program = program;
        }
        self.report.candidates.push(candidate);
        Ok(())
    }

    async fn evaluate(&self, name: &str, program: &P) -> Result<Evaluation<P::Output>> {
        let mut evaluate = Evaluate::new(&self.validation).concurrency(self.settings.concurrency);
        if self.settings.progress {
            evaluate = evaluate.progress(name);
        }
        evaluate.run_metric(program, self.settings.metric.clone()).await
    }

    fn warn_of_errors(&mut self, name: &str, evaluation: &Evaluation<P::Output>) {
        let errors = evaluation.errors().count();
        if errors > 0 {
            let rows = evaluation.items().len();
            self.report.warnings.push(format!("{name}: {errors} of {rows} rows failed, scored 0"));
        }
    }

    fn is_done(&self) -> bool {
        let best = self.report.candidates.get(self.report.winner).map(|best| best.score);
        self.settings.stop_at_score.zip(best).is_some_and(|(stop, best)| best >= stop)
    }
}

impl<R, O> fmt::Debug for BootstrapFewShotWithRandomSearch<R, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BootstrapFewShotWithRandomSearch")
            .field("candidates", &self.candidates)
            .field("max_bootstrapped", &self.max_bootstrapped)
            .field("max_labeled", &self.max_labeled)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
