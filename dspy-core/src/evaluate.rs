//! Evaluation: a program over a data set.

mod belief;
pub(crate) mod distribution;
mod evidence;
mod interval;
mod progress;
mod result;

pub use belief::Belief;
pub use evidence::{PairedEvidence, PairedTest};
pub(crate) use interval::mean_interval;
pub use interval::{Comparison, compare, compare_scores};
pub use result::{Evaluation, Item};

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinSet;

use crate::error::{Error, Result};
use crate::metric::{Metric, Score};
use crate::module::{Call, Module};
use crate::row::{DataError, Row, Rows};
use crate::run::{Run, RunOptions};
use crate::signature::{BrokenRule, View};
use progress::Progress;

/// Runs programs over rows and scores what they give.
///
/// Rows are worked on concurrently; the result is in row order whatever the order of completion.
/// A row that fails is scored 0, kept with its error, and counted; it stops nothing unless
/// [`stop_after_errors`](Self::stop_after_errors) says so. Errors that every row would meet (no
/// model configured, a missing or refused key) end the evaluation at once.
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
    progress: Option<String>,
    record: bool,
    rollout: u64,
}

/// An evaluation under way: the future that [`Evaluate::run`] gives.
///
/// It does not name the metric, so that one for another program is a single compile error.
pub type Evaluating<'a, O> = Pin<Box<dyn Future<Output = Result<Evaluation<O>>> + Send + 'a>>;

impl<R> Clone for Evaluate<R> {
    fn clone(&self) -> Self {
        Self { rows: self.rows.clone(), progress: self.progress.clone(), ..*self }
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
            progress: None,
            record: false,
            rollout: 0,
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

    /// Shows a progress bar with the running score on standard error, if that is a terminal.
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
        Box::pin(self.measure(program, metric))
    }

    async fn measure<P, M, O>(&self, program: &P, metric: M) -> Result<Evaluation<P::Output>>
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
        let started = Instant::now();
        let metric = Arc::new(metric);
        let mut progress = Progress::new(self.progress.as_deref(), self.rows.len());
        // Dropping the set on return, or when the caller goes away, cancels what is in flight.
        let mut tasks = JoinSet::new();
        let mut waiting = 0..self.rows.len();
        let mut done: BTreeMap<usize, Item<P::Output>> = BTreeMap::new();
        let mut errors = 0;
        let mut stopped = None;
        loop {
            while stopped.is_none() && tasks.len() < self.concurrency {
                let Some(index) = waiting.next() else { break };
                let work = self.work(index, program.clone(), Arc::clone(&metric));
                tasks.spawn(work);
            }
            let Some(joined) = tasks.join_next().await else { break };
            let (item, fatal) = joined.map_err(|error| {
                Error::Invalid(format!("an evaluation task did not finish: {error}"))
            })?;
            if let Some(fatal) = fatal {
                return Err(fatal);
            }
            errors += usize::from(item.error.is_some());
            if self.stop_after_errors.is_some_and(|limit| errors >= limit) && stopped.is_none() {
                stopped = Some(format!("stopped after {errors} failed rows"));
            }
            progress.item(item.score, item.error.is_some());
            done.insert(item.index, item);
        }
        progress.finish();
        Ok(Evaluation::new(done.into_values().collect(), started.elapsed(), stopped))
    }

    /// One row as a task of its own, so that several cores share the work.
    fn work<P, M, O>(
        &self,
        index: usize,
        program: P,
        metric: Arc<M>,
    ) -> impl Future<Output = (Item<P::Output>, Option<Error>)> + Send + 'static
    where
        P: Module,
        P::Output: View<O>,
        R: Row<P::Input>,
        M: Metric<R, O>,
        O: Sync + 'static,
    {
        let rows = self.rows.clone();
        let record = self.record || metric.needs_trace();
        let (keep, failure_score, rollout) = (self.record, self.failure_score, self.rollout);
        async move {
            let started = Instant::now();
            let options = RunOptions::default().with_rollout(rollout);
            let run = Run::with(if record { options.recording() } else { options });
            let mut output = None;
            let mut broken = Vec::new();
            let judged = match rows.get(index) {
                Some(row) => judge(row, &program, &*metric, &run, &mut output, &mut broken).await,
                None => Err(Error::Invalid(format!("there is no row {index}"))),
            };
            let mut item = Item {
                index,
                id: rows.get(index).and_then(|row| row.id().ok()).unwrap_or_default(),
                score: failure_score,
                feedback: None,
                output,
                error: None,
                usage: run.usage(),
                elapsed: started.elapsed(),
                trace: run.trace(),
            };
            if !keep {
                item.trace = crate::run::Trace::default();
            }
            match judged {
                Ok(score) => {
                    item.score = score.value;
                    item.feedback = with_broken(score.feedback, &broken);
                    (item, None)
                }
                Err(error) => {
                    if error.is_assertion() {
                        item.score = 0.0;
                        item.feedback = Some(error.to_string());
                    }
                    item.error = Some(error.to_string());
                    (item, error.is_setup().then_some(error))
                }
            }
        }
    }
}

async fn judge<P, R, M, O>(
    row: &R,
    program: &P,
    metric: &M,
    run: &Run,
    output: &mut Option<P::Output>,
    broken: &mut Vec<BrokenRule>,
) -> Result<Score>
where
    P: Module,
    P::Output: View<O>,
    R: Row<P::Input>,
    M: Metric<R, O>,
    O: Sync,
{
    let prediction = Call::new(program, row.input()).run(run).await?;
    broken.extend_from_slice(prediction.broken_checks());
    let trace = run.trace();
    let value = output.insert(prediction.into_output());
    metric.score(row, View::<O>::view(&*value), &trace).await
}

/// The metric's words, and the checks and suggestions that the output does not keep.
pub(crate) fn with_broken(feedback: Option<String>, broken: &[BrokenRule]) -> Option<String> {
    let lines = broken.iter().map(|rule| format!("broken rule: {rule}"));
    let all: Vec<String> = feedback.into_iter().chain(lines).collect();
    (!all.is_empty()).then(|| all.join("\n"))
}
