//! Many calls, several at a time.

mod outcome;
mod progress;

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

use tokio::task::JoinSet;

use super::error::StrategyError;
use super::prediction::Prediction;
use crate::error::{Error, Result};
use crate::lm::Usage;
use crate::module::{Call, Module, slot_of};
use crate::run::{Run, RunOptions};
use progress::Progress;

pub use outcome::Batch;

/// How many calls are under way at a time unless one says otherwise.
pub(super) const CONCURRENCY: usize = 16;

/// Calls of programs on inputs, waiting to be awaited: one program on many inputs, which
/// [`Module::batch`] makes, or pairs of programs and inputs. Costs what the calls cost; a call that
/// fails is not made again.
///
/// Awaited, it gives a [`Batch`]: a result for each call, in the order of the inputs, whatever
/// finished first. Dropping it while it is awaited cancels what is under way. An error of the set-up
/// (no model, a missing or refused key) ends it at once, as every other call would meet it.
///
/// Programs of different types are put together as [`DynModule`](crate::module::DynModule)s. Inside
/// a `forward`, all calls take part in its run. It runs on tokio, as tasks of their own.
///
/// ```
/// use std::time::Duration;
/// use dspy::prelude::*;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let ask = Predict::<Qa>::new().with_lm(Lm::embedded());
/// let batch = ask.batch(["Who?", "When?"]).concurrency(8).timeout(Duration::from_secs(60)).await;
/// for result in batch.results() {
///     match result {
///         Ok(prediction) => println!("{}", prediction.answer),
///         Err(error) => println!("{error}"),
///     }
/// }
/// # assert!(batch.errors().next().is_none());
/// # });
/// ```
#[must_use = "calls are made when it is awaited"]
pub struct Parallel<M: Module> {
    jobs: Vec<(M, M::Input)>,
    concurrency: usize,
    timeout: Option<Duration>,
    stop_after_errors: Option<usize>,
    title: Option<String>,
    record: bool,
}

impl<M: Module> Parallel<M> {
    /// These calls, 16 at a time.
    pub fn new(jobs: impl IntoIterator<Item = (M, M::Input)>) -> Self {
        Self {
            jobs: jobs.into_iter().collect(),
            concurrency: CONCURRENCY,
            timeout: None,
            stop_after_errors: None,
            title: None,
            record: false,
        }
    }

    /// How many calls are under way at a time; at least 1.
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.max(1);
        self
    }

    /// How long each call may take, from its own beginning; one that takes longer is dropped and
    /// fails with [`StrategyError::TimedOut`]. Without limit by default. It needs tokio's timer.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Begins no further calls once this many have failed. Those under way still finish; those not
    /// begun fail with [`StrategyError::NotBegun`].
    pub fn stop_after_errors(mut self, errors: usize) -> Self {
        self.stop_after_errors = Some(errors.max(1));
        self
    }

    /// Shows a progress bar on standard error, if that is a terminal.
    pub fn progress(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Keeps the calls that each call makes in [`Prediction::trace`]. Inside a `forward`, they are
    /// in the trace of its run anyway, and only there.
    pub fn record(mut self) -> Self {
        self.record = true;
        self
    }

    async fn make(self) -> Batch<M::Output> {
        let mut progress = Progress::new(self.title.as_deref(), self.jobs.len());
        let mut results: Vec<Option<Result<Prediction<M::Output>>>> = Vec::new();
        results.resize_with(self.jobs.len(), || None);
        let mut waiting = self.jobs.into_iter().enumerate();
        // Dropping the set on return, or when the caller goes away, cancels what is under way.
        let mut tasks = JoinSet::new();
        let mut places = std::collections::HashMap::new();
        let mut usage = Usage::default();
        let (mut errors, mut stopped) = (0, None);
        loop {
            while stopped.is_none() && tasks.len() < self.concurrency {
                let Some((place, (program, input))) = waiting.next() else { break };
                let task = tasks.spawn(one(program, input, self.timeout, self.record));
                places.insert(task.id(), place);
            }
            let Some(joined) = tasks.join_next_with_id().await else { break };
            let (id, result) = match joined {
                Ok((id, (result, spent))) => {
                    usage += spent;
                    (id, result)
                }
                Err(error) => (error.id(), Err(panicked(error))),
            };
            if let Err(error) = &result {
                errors += 1;
                if error.is_setup() {
                    stopped.get_or_insert_with(|| "the set-up is at fault".to_owned());
                } else if self.stop_after_errors.is_some_and(|most| errors >= most) {
                    stopped.get_or_insert_with(|| format!("{errors} others had failed"));
                }
            }
            progress.item(result.is_err());
            if let Some(slot) = places.remove(&id).and_then(|place| results.get_mut(place)) {
                *slot = Some(result);
            }
        }
        progress.finish();
        let why = stopped.unwrap_or_default();
        let not_begun = || Err(StrategyError::NotBegun { why: why.clone() }.into());
        Batch::new(results.into_iter().map(|it| it.unwrap_or_else(not_begun)).collect(), usage)
    }
}

/// One call as a task of its own, with what it spent, be it in vain.
async fn one<M: Module>(
    program: M,
    input: M::Input,
    timeout: Option<Duration>,
    record: bool,
) -> (Result<Prediction<M::Output>>, Usage) {
    let options = RunOptions::default();
    let run = match slot_of(&program) {
        Some(_) => None,
        None => Some(Run::with(if record { options.recording() } else { options })),
    };
    let call = Call::new(&program, input);
    let call = match &run {
        Some(run) => call.run(run),
        None => call,
    };
    let result = match timeout {
        None => call.await,
        Some(after) => match tokio::time::timeout(after, call.into_future()).await {
            Ok(result) => result,
            Err(_) => Err(StrategyError::TimedOut { after }.into()),
        },
    };
    let spent = match (&run, &result) {
        (Some(run), _) => run.usage(),
        (None, Ok(prediction)) => prediction.usage(),
        (None, Err(_)) => Usage::default(),
    };
    (result, spent)
}

fn panicked(error: tokio::task::JoinError) -> Error {
    StrategyError::Panicked { message: error.to_string() }.into()
}

impl<M: Module> IntoFuture for Parallel<M> {
    type Output = Batch<M::Output>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.make())
    }
}

impl<M: Module> fmt::Debug for Parallel<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parallel")
            .field("calls", &self.jobs.len())
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
