//! Evaluation: a program over a data set.
//!
//! # Files
//!
//! [`Evaluation::save`] and [`Evaluate::to_jsonl`] write JSON Lines, all in UTF-8:
//!
//! 1. the head: `{"dspy_evaluation": 1, "version": "…", "rows": 50, "program": {"identity": "…",
//!    "model": "…", "parameters": [{"path": "…", "kind": "…", "value": …}]}}`;
//! 2. a line for each row, in row order: `{"index": 0, "id": "…", "slice": "…", "input": {…}, "label":
//!    {…}, "score": 1.0, "scores": [1.0], "feedback": "…", "output": …, "error": "…", "usage": {…},
//!    "metric_spent": {…}, "elapsed_s": 0.01, "trace": […]}`, where what is empty is left out;
//! 3. the end: `{"summary": {"score": …, "interval": […, …], "rows": 50, "failed": 0, "usage": {…},
//!    "metric_spent": {…}, "elapsed_s": …, "stopped": "…"}}`. A file without it was cut off.
//!
//! An element of `trace` is one call of a predictor: `path`, `inputs`, `outputs` or `error`,
//! `requests`, `responses`, `warnings`, `usage`, `elapsed_s`.

mod belief;
mod confusion;
mod difference;
pub(crate) mod distribution;
mod evidence;
mod file;
mod interval;
mod item;
mod matrix;
mod program_note;
mod progress;
mod result;
mod session;
mod slice;
mod span;
mod work;

pub use belief::Belief;
pub use confusion::Confusion;
pub use difference::{Difference, Flipped, SliceDifference};
pub use evidence::{PairedEvidence, PairedTest};
pub(crate) use interval::mean_interval;
pub use interval::{Comparison, compare, compare_scores, score_interval};
pub use item::Item;
pub use matrix::{Matrix, with_models};
pub use program_note::{NotedParameter, ProgramNote};
pub use result::Evaluation;
pub use slice::Slice;
pub(crate) use work::with_broken;

use std::fmt;
use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use tracing::Instrument as _;

use crate::error::{Error, Result};
use crate::lm::Account;
use crate::metric::{Metric, Score};
use crate::module::Module;
use crate::row::{DataError, Row, Rows};
use crate::signature::View;
use session::Terms;
use slice::Slicer;
use work::Manner;

/// Runs programs over rows and scores what they give.
///
/// Rows are worked on concurrently; the result is in row order whatever the order of completion.
/// A row that fails is scored 0, kept with its error, and counted; it stops nothing unless
/// [`stop_after_errors`](Self::stop_after_errors) or [`fail_on_error`](Self::fail_on_error) says so.
/// Errors that every row would meet (no model configured, a missing or refused key) end the
/// evaluation at once.
///
/// What a metric spends, where it asks models itself, is counted apart from the program
/// ([`Item::metric_spent`]); where an [`Account`] covers the evaluation, that pays for it instead.
///
/// ```
/// use dspy::prelude::*;
/// use dspy::Evaluate;
///
/// # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let rows = vec![Qa { question: "2+2?".into(), answer: "4".into() }];
/// let program = Predict::<Qa>::new().with_lm(Lm::embedded());
/// let evaluation =
///     Evaluate::new(&rows).run(&program, |row, output| row.answer == output.answer).await?;
/// println!("{evaluation}");
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Debug)]
pub struct Evaluate<R> {
    rows: Rows<R>,
    concurrency: usize,
    failure_score: f64,
    stop_after_errors: Option<usize>,
    fail_on_error: bool,
    progress: Option<String>,
    record: bool,
    rollout: u64,
    repeats: u32,
    timeout: Option<Duration>,
    slicer: Option<Slicer<R>>,
    jsonl: Option<PathBuf>,
}

/// An evaluation under way: the future that [`Evaluate::run`] gives.
///
/// It does not name the metric, so that one for another program is a single compile error.
pub type Evaluating<'a, O> = Pin<Box<dyn Future<Output = Result<Evaluation<O>>> + Send + 'a>>;

/// Several evaluations under way: the future that [`Evaluate::matrix`] gives.
pub type EvaluatingAll<'a, O> = Pin<Box<dyn Future<Output = Result<Matrix<O>>> + Send + 'a>>;

impl<R> Clone for Evaluate<R> {
    fn clone(&self) -> Self {
        Self {
            rows: self.rows.clone(),
            progress: self.progress.clone(),
            slicer: self.slicer.clone(),
            jsonl: self.jsonl.clone(),
            ..*self
        }
    }
}

impl<R: Send + Sync + 'static> Evaluate<R> {
    /// An evaluation on these rows, 16 at a time.
    pub fn new(rows: impl Into<Rows<R>>) -> Self {
        Self {
            rows: rows.into(),
            concurrency: 16,
            failure_score: 0.0,
            stop_after_errors: None,
            fail_on_error: false,
            progress: None,
            record: false,
            rollout: 0,
            repeats: 1,
            timeout: None,
            slicer: None,
            jsonl: None,
        }
    }

    /// How many rows are worked on at a time; at least 1.
    #[must_use]
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.max(1);
        self
    }

    /// What a failed row scores; 0 by default. One that fails a hard assertion scores 0 in any case.
    #[must_use]
    pub fn failure_score(mut self, score: f64) -> Self {
        self.failure_score = score;
        self
    }

    /// Begins no further rows once this many have failed. What was done is still returned.
    #[must_use]
    pub fn stop_after_errors(mut self, errors: usize) -> Self {
        self.stop_after_errors = Some(errors);
        self
    }

    /// Ends with the first row's error instead of counting it.
    #[must_use]
    pub fn fail_on_error(mut self) -> Self {
        self.fail_on_error = true;
        self
    }

    /// Gives up a run of the program, and the metric on it, after so long; the row then counts as
    /// failed. No limit by default. What the run has spent until then is counted.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Runs every row so often, at least once, each time under a rollout number of its own: for models
    /// that do not always answer the same. A row's score is the mean of its repeats, so that the
    /// interval stays one over rows.
    #[must_use]
    pub fn repeats(mut self, repeats: u32) -> Self {
        self.repeats = repeats.max(1);
        self
    }

    /// Names the slice of each row, by which scores are broken down: [`Evaluation::slices`].
    #[must_use]
    pub fn slices<T: fmt::Display>(
        mut self,
        name: impl Fn(&R) -> T + Send + Sync + 'static,
    ) -> Self {
        self.slicer = Some(Slicer::new(name));
        self
    }

    /// Writes the items to this file as they come, in row order, and keeps only their scores, errors
    /// and figures in memory: for data sets whose answers are too many to keep.
    /// [`Evaluation::load`] reads it. The file is begun anew.
    #[must_use]
    pub fn to_jsonl(mut self, path: impl Into<PathBuf>) -> Self {
        self.jsonl = Some(path.into());
        self
    }

    /// Shows a progress bar on standard error, if that is a terminal: the running score, failed rows,
    /// the money spent, the time left.
    #[must_use]
    pub fn progress(mut self, title: impl Into<String>) -> Self {
        self.progress = Some(title.into());
        self
    }

    /// Keeps the calls of each row in [`Item::trace`].
    #[must_use]
    pub fn record(mut self) -> Self {
        self.record = true;
        self
    }

    /// Samples anew: requests of another rollout number share no cached answer.
    #[must_use]
    pub fn rollout(mut self, rollout: u64) -> Self {
        self.rollout = rollout;
        self
    }

    /// Evaluates with a closure whose parameter types are inferred.
    ///
    /// # Errors
    /// [`DataError::Empty`] without rows, and errors that every row would meet.
    pub fn run<'a, P, F, T>(&'a self, program: &'a P, metric: F) -> Evaluating<'a, P::Output>
    where
        P: Module,
        R: Row<P::Input>,
        F: Fn(&R, &P::Output) -> T + Send + Sync + 'static,
        T: Into<Score>,
    {
        self.run_metric::<P, F, P::Output>(program, metric)
    }

    /// Evaluates with any metric. One for a signature's output fits its chain of thought, too.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_metric<'a, P, M, O>(&'a self, program: &'a P, metric: M) -> Evaluating<'a, P::Output>
    where
        P: Module,
        P::Output: View<O>,
        R: Row<P::Input>,
        M: Metric<R, O>,
        O: Sync + 'static,
    {
        let programs = vec![(program.clone(), self.jsonl.clone())];
        Box::pin(async move {
            let mut results = self.measure(programs, metric).await?;
            results.pop().ok_or_else(|| Error::Invalid("there is no program".to_owned()))
        })
    }

    /// Evaluates several programs, or one on several models ([`with_models`]), at once: row by row, all
    /// programs on each, within one limit of concurrency. Programs of different types fit as
    /// [`DynModule`](crate::module::DynModule)s. With [`to_jsonl`](Self::to_jsonl) each has a file of
    /// its own: `results.jsonl` becomes `results.1-NAME.jsonl` and so on.
    ///
    /// ```
    /// use dspy::prelude::*;
    /// use dspy::Evaluate;
    ///
    /// # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let rows = vec![Qa { question: "2+2?".into(), answer: "4".into() }];
    /// let plain = Predict::<Qa>::new().with_lm(Lm::embedded());
    /// let brief = plain.clone().with_instructions("Answer with a number.");
    /// let matrix = Evaluate::new(&rows)
    ///     .matrix([("plain", plain), ("brief", brief)], |row: &Qa, out: &QaOutput| {
    ///         row.answer == out.answer
    ///     })
    ///     .await?;
    /// println!("{matrix}");
    /// # Ok::<(), dspy::Error>(()) }).unwrap();
    /// ```
    ///
    /// # Errors
    /// As [`run`](Self::run), of any of them.
    pub fn matrix<'a, P, M, O, N>(
        &'a self,
        programs: impl IntoIterator<Item = (N, P)>,
        metric: M,
    ) -> EvaluatingAll<'a, P::Output>
    where
        P: Module,
        P::Output: View<O>,
        R: Row<P::Input>,
        M: Metric<R, O>,
        O: Sync + 'static,
        N: Into<String>,
    {
        let mut names = Vec::new();
        let mut files = Vec::new();
        for (place, (name, program)) in programs.into_iter().enumerate() {
            let name: String = name.into();
            let file = self.jsonl.as_deref().map(|path| matrix::file_of(path, place, &name));
            names.push(name);
            files.push((program, file));
        }
        Box::pin(async move {
            let results = self.measure(files, metric).await?;
            Ok(Matrix::new(names.into_iter().zip(results).collect()))
        })
    }

    async fn measure<P, M, O>(
        &self,
        programs: Vec<(P, Option<PathBuf>)>,
        metric: M,
    ) -> Result<Vec<Evaluation<P::Output>>>
    where
        P: Module,
        P::Output: View<O>,
        R: Row<P::Input>,
        M: Metric<R, O>,
        O: Sync + 'static,
    {
        if self.rows.is_empty() {
            return Err(Error::from(DataError::Empty {
                what: "the data set to evaluate on".to_owned(),
                fix: "give it at least one row".to_owned(),
            }));
        }
        let manner = Manner {
            rows: self.rows.clone(),
            failure_score: self.failure_score,
            record: self.record,
            rollout: self.rollout,
            repeats: self.repeats,
            timeout: self.timeout,
            slicer: self.slicer.clone(),
            payer: Account::ambient(),
        };
        let terms = Terms {
            concurrency: self.concurrency,
            stop_after_errors: self.stop_after_errors,
            fail_on_error: self.fail_on_error,
            progress: self.progress.clone(),
        };
        let span = span::evaluation::<P>(self.rows.len(), programs.len());
        let measuring = session::run(programs, manner, terms, metric);
        let results = measuring.instrument(span.clone()).await;
        span::evaluated(&span, &results);
        results
    }
}
