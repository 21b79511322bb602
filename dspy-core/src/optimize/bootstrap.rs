//! Demonstrations from a teacher's successful runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Instant;

use futures_util::StreamExt;
use futures_util::stream::FuturesOrdered;
use rand::RngExt as _;
use rand::seq::SliceRandom;

use super::demos::{
    DemoSets, data_hash, demo_count, labeled, open_tasks, row_fields, sample, with_demos,
    without_demos,
};
use super::report::Report;
use super::{Optimizer, require_rows};
use crate::error::{Error, Result};
use crate::lm::{Lm, Settings, Usage};
use crate::metric::{DynMetric, Metric};
use crate::module::{Call, Module, set_lm};
use crate::row::{Row, Rows};
use crate::run::{Run, RunOptions, Trace};
use crate::seed;
use crate::signature::{Demo, Fields, View};

/// Runs a teacher on training rows and keeps the calls of its successful runs as demonstrations,
/// filled up with labelled rows.
///
/// Follows DSPy's `BootstrapFewShot` (Khattab et al. 2023, arXiv:2310.03714), with these
/// differences: rows are run concurrently and taken in order, so the result does not depend on the
/// concurrency; a threshold of 0 is a threshold; a row never stands in the teacher's own
/// demonstrations while the teacher is tested on it, and nothing is left changed by an error; the
/// order of rows and all draws follow the seed.
///
/// Costs at most one teacher run for each row and round; it stops once it has enough.
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
pub struct BootstrapFewShot<R, O> {
    metric: DynMetric<R, O>,
    threshold: Option<f64>,
    max_bootstrapped: usize,
    max_labeled: usize,
    max_rounds: u32,
    max_errors: usize,
    teacher_lm: Option<Lm>,
    concurrency: usize,
    seed: u64,
    shuffle: bool,
}

impl<R: Sync + 'static, O: Sync + 'static> BootstrapFewShot<R, O> {
    /// Bootstraps by this metric: up to 4 demonstrations from runs, up to 16 in all.
    pub fn new(metric: impl Metric<R, O>) -> Self {
        Self {
            metric: DynMetric::new(metric),
            threshold: None,
            max_bootstrapped: 4,
            max_labeled: 16,
            max_rounds: 1,
            max_errors: 10,
            teacher_lm: None,
            concurrency: 16,
            seed: 0,
            shuffle: false,
        }
    }

    /// A run succeeds if it scores at least this; without it, if it scores more than 0.
    #[must_use]
    pub fn threshold(mut self, threshold: f64) -> Self {
        self.threshold = Some(threshold);
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

    /// How often a row is tried; from the second time on at temperature 1 and sampled anew.
    #[must_use]
    pub fn max_rounds(mut self, rounds: u32) -> Self {
        self.max_rounds = rounds.max(1);
        self
    }

    /// How many failed runs to put up with; 10 by default. One more ends the compilation.
    #[must_use]
    pub fn max_errors(mut self, errors: usize) -> Self {
        self.max_errors = errors;
        self
    }

    /// The teacher's model, if it is not the student's.
    #[must_use]
    pub fn teacher_lm(mut self, lm: &Lm) -> Self {
        self.teacher_lm = Some(lm.clone());
        self
    }

    /// How many rows are run at a time; never more than demonstrations are still wanted.
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

    /// Whether rows are tried in an order drawn by the seed rather than their own.
    #[must_use]
    pub fn shuffle(mut self, shuffle: bool) -> Self {
        self.shuffle = shuffle;
        self
    }
}

impl<P, R, O> Optimizer<P, R> for BootstrapFewShot<R, O>
where
    P: Module,
    P::Output: View<O>,
    R: Row<P::Input>,
    O: Sync + 'static,
{
    async fn compile_rows(&self, program: &P, train: Rows<R>) -> Result<Report<P>> {
        self.compile_with_teacher(program, program, train).await
    }
}

impl<R: Sync + 'static, O: Sync + 'static> BootstrapFewShot<R, O> {
    /// Tunes the program by the runs of another: a larger one, say, or one tuned before. The two
    /// share demonstrations where their predictors have the same paths.
    ///
    /// # Errors
    /// No rows, rows that do not fit, too many failed runs, or failures of the set-up.
    pub async fn compile_with_teacher<P, S>(
        &self,
        program: &P,
        teacher: &S,
        train: impl Into<Rows<R>>,
    ) -> Result<Report<P>>
    where
        P: Module,
        S: Module<Input = P::Input>,
        S::Output: View<O>,
        R: Row<P::Input>,
    {
        let mut usage = Usage::default();
        let mut report = self.bootstrap(program, teacher, &train.into(), &mut usage).await?;
        report.teacher_usage = usage;
        Ok(report)
    }

    /// The work itself; what the teacher spends is counted in `usage` even if it ends in an error.
    pub(super) async fn bootstrap<P, S>(
        &self,
        program: &P,
        teacher: &S,
        train: &Rows<R>,
        usage: &mut Usage,
    ) -> Result<Report<P>>
    where
        P: Module,
        S: Module<Input = P::Input>,
        S::Output: View<O>,
        R: Row<P::Input>,
    {
        require_rows(train, "the training set")?;
        let started = Instant::now();
        let fields = row_fields(train)?;
        let tasks = open_tasks(program);
        let (labeled, counts) = labeled(&tasks, &fields)?;
        let prepared = self.prepare_teacher(teacher, &fields)?;

        let mut order: Vec<usize> = (0..train.len()).collect();
        if self.shuffle {
            order.shuffle(&mut seed::rng(self.seed, "row order", 0));
        }
        let mut found = DemoSets::new();
        let mut errors: Vec<String> = Vec::new();
        let mut waiting = order.into_iter();
        let mut runs = FuturesOrdered::new();
        let mut successes = 0;
        loop {
            // Never more in flight than still needed: no run is paid for and thrown away. Taken in
            // row order, so the result does not depend on who finishes first.
            while successes + runs.len() < self.max_bootstrapped && runs.len() < self.concurrency {
                let Some(index) = waiting.next() else { break };
                let (prepared, row, fields) = (&prepared, train.get(index), fields.get(index));
                runs.push_back(
                    async move { (index, self.try_row(prepared, row, fields, index).await) },
                );
            }
            let Some((index, tried)) = runs.next().await else { break };
            *usage += tried.usage;
            match tried.outcome {
                Ok(None) => {}
                Ok(Some(demos)) => {
                    successes += 1;
                    for (path, demo) in demos {
                        found.entry(path).or_default().push((index, demo));
                    }
                }
                Err(error) if error.is_setup() => return Err(error),
                Err(error) => errors.push(format!("row {index}: {error}")),
            }
            if errors.len() > self.max_errors {
                return Err(Error::Invalid(format!(
                    "{} of the teacher's runs failed, more than the {} allowed; the first: {}",
                    errors.len(),
                    self.max_errors,
                    errors.first().map(String::as_str).unwrap_or_default()
                )));
            }
        }
        let sets = self.combine(&tasks, found, &labeled);
        let mut report = Report::new(with_demos(program, &sets)?, "BootstrapFewShot", self.seed);
        report.demo_counts = counts;
        report.elapsed = started.elapsed();
        report.data = data_hash(&fields);
        report.warnings.extend(errors.first().map(|first| {
            format!("{} of the teacher's runs failed; the first: {first}", errors.len())
        }));
        Ok(report)
    }

    /// A teacher that has no demonstrations of its own gets labelled ones.
    fn prepare_teacher<S: Module>(&self, teacher: &S, rows: &[Fields]) -> Result<Teacher<S>> {
        let mut program = teacher.clone();
        if let Some(lm) = &self.teacher_lm {
            set_lm(&mut program, lm);
        }
        let tasks = open_tasks(&program);
        let untaught = demo_count(&program) == 0;
        let mut demos = DemoSets::new();
        if untaught && self.max_labeled > 0 {
            let (sets, _) = labeled(&tasks, rows)?;
            for (path, set) in sets {
                let drawn = sample(&set, self.max_labeled, self.seed, &path);
                demos.insert(path, drawn);
            }
        }
        Ok(Teacher { program, demos })
    }

    /// Runs the teacher on one row until it succeeds or the rounds are used up.
    async fn try_row<S>(
        &self,
        teacher: &Teacher<S>,
        row: Option<&R>,
        fields: Option<&Fields>,
        index: usize,
    ) -> Tried
    where
        S: Module,
        S::Output: View<O>,
        R: Row<S::Input>,
    {
        let mut usage = Usage::default();
        let mut last = Ok(None);
        let (Some(row), Some(fields)) = (row, fields) else {
            return Tried { usage, outcome: last };
        };
        for round in 0..self.max_rounds {
            let run = Run::with(RunOptions::default().recording().with_rollout(u64::from(round)));
            let judged = self.run_teacher(teacher, row, fields, &run, round).await;
            usage += run.usage();
            last = match judged {
                Ok(score) if self.succeeds(score) => {
                    return Tried { usage, outcome: Ok(Some(self.demos_of(&run.trace(), index))) };
                }
                Ok(_) => Ok(None),
                // Without a model or with a refused key, another round would fail the same way.
                Err(error) if error.is_setup() => return Tried { usage, outcome: Err(error) },
                Err(error) => Err(error),
            };
        }
        Tried { usage, outcome: last }
    }

    async fn run_teacher<S>(
        &self,
        teacher: &Teacher<S>,
        row: &R,
        fields: &Fields,
        run: &Run,
        round: u32,
    ) -> Result<f64>
    where
        S: Module,
        S::Output: View<O>,
        R: Row<S::Input>,
    {
        let program = teacher.without(fields)?;
        let mut call = Call::new(&program, row.input()).run(run);
        let warm = Settings::default().with_temperature(1.0);
        if round > 0 {
            call = call.settings(&warm);
        }
        let prediction = call.await?;
        let score = self.metric.score(row, prediction.output().view(), &run.trace()).await?;
        Ok(score.value)
    }

    fn succeeds(&self, score: f64) -> bool {
        match self.threshold {
            Some(threshold) => score >= threshold,
            None => score > 0.0,
        }
    }

    /// One demonstration for each predictor that was called: of several calls the last one half of
    /// the time, else an earlier one, as in the reference.
    fn demos_of(&self, trace: &Trace, index: usize) -> Vec<(String, Demo)> {
        let mut by_path: BTreeMap<&str, Vec<Demo>> = BTreeMap::new();
        for call in trace.calls() {
            if let Ok(outputs) = &call.outputs {
                let mut fields = call.inputs.clone();
                fields.extend(outputs.clone());
                by_path.entry(&call.path).or_default().push(Demo::augmented(fields));
            }
        }
        by_path
            .into_iter()
            .filter_map(|(path, mut demos)| {
                let last = demos.pop()?;
                let mut rng = seed::rng(self.seed, &format!("call of {path}"), index as u64);
                let earlier = if demos.is_empty() || rng.random_bool(0.5) {
                    None
                } else {
                    let chosen = rng.random_range(0..demos.len());
                    Some(demos.swap_remove(chosen))
                };
                Some((path.to_owned(), earlier.unwrap_or(last)))
            })
            .collect()
    }

    /// Bootstrapped demonstrations first, then labelled rows that were not bootstrapped.
    fn combine(
        &self,
        tasks: &[(String, crate::signature::SignatureSchema)],
        mut found: DemoSets,
        labeled: &DemoSets,
    ) -> DemoSets {
        let mut sets = DemoSets::new();
        for (path, _) in tasks {
            let mut set = found.remove(path).unwrap_or_default();
            set.truncate(self.max_bootstrapped);
            let taken: BTreeSet<usize> = set.iter().map(|(index, _)| *index).collect();
            let rest: Vec<_> = labeled
                .get(path)
                .into_iter()
                .flatten()
                .filter(|(index, _)| !taken.contains(index))
                .cloned()
                .collect();
            let room = self.max_labeled.saturating_sub(set.len());
            set.extend(sample(&rest, room, self.seed, path));
            sets.insert(path.clone(), set);
        }
        sets
    }
}

/// A teacher with the labelled demonstrations it was lent.
struct Teacher<S> {
    program: S,
    demos: DemoSets,
}

impl<S: Module> Teacher<S> {
    /// The teacher without demonstrations of this row, its own ones included.
    fn without(&self, row: &Fields) -> Result<S> {
        let shows_row = |demo: &Demo| {
            demo.fields.iter().all(|(name, value)| row.get(name).is_none_or(|own| own == value))
        };
        let mut sets = self.demos.clone();
        for set in sets.values_mut() {
            set.retain(|(_, demo)| !shows_row(demo));
        }
        if sets.is_empty() {
            without_demos(&self.program, shows_row)
        } else {
            with_demos(&self.program, &sets)
        }
    }
}

struct Tried {
    usage: Usage,
    outcome: Result<Option<Vec<(String, Demo)>>>,
}

impl<R, O> fmt::Debug for BootstrapFewShot<R, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BootstrapFewShot")
            .field("max_bootstrapped", &self.max_bootstrapped)
            .field("max_labeled", &self.max_labeled)
            .field("max_rounds", &self.max_rounds)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
