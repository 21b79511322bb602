//! The best of several attempts.

use std::fmt;

use futures_util::{StreamExt, stream};

use super::attempt::{Attempts, Invocation, Tally, attempt_settings};
use super::prediction::Prediction;
use crate::error::Result;
use crate::metric::{Metric, Score};
use crate::module::{Module, Parameters, Path, Visit, VisitMut};

/// Runs a program up to `n` times on one input and gives the output with the highest reward.
/// Costs up to `n` runs of the program, and what the reward costs for each.
///
/// Each attempt is a sample of its own: at a temperature of 1, and with a rollout number that
/// follows from the run's and the attempt's, so that no two attempts share a cached answer, while
/// the whole call, made again, finds its answers there. The program is the one at the path
/// `module`; what it does in each attempt is in the trace of the run, and in usage and warnings.
///
/// The result does not depend on [`concurrency`](Self::concurrency): attempts are looked at in
/// their order, the first with a reward of the [`threshold`](Self::threshold) ends them, and of
/// equal rewards the earliest wins.
///
/// ```
/// use dspy::prelude::*;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let ask = Predict::<Qa>::new().with_lm(Lm::embedded());
/// let short = BestOfN::new(ask, 3, |_: &QaInput, out: &QaOutput| out.answer.len() <= 20);
/// let best = short.call("Which river runs through Cairo, Rome or Vienna?").await?;
/// println!("{} (reward {:?})", best.answer, best.reward());
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub struct BestOfN<M: Module> {
    module: M,
    attempts: Attempts<M::Input, M::Output>,
    concurrency: usize,
}

impl<M: Module> BestOfN<M> {
    /// The best of `n` attempts (at least one) by a reward of input and output: a `bool`, an `f64`,
    /// or a [`Score`]; more is better.
    pub fn new<F, T>(module: M, n: usize, reward: F) -> Self
    where
        F: Fn(&M::Input, &M::Output) -> T + Send + Sync + 'static,
        T: Into<Score>,
    {
        Self::with_metric(module, n, reward)
    }

    /// The same with any metric for a reward: one that waits for something, such as a judge that is
    /// itself a program, or one that sees the attempt's trace. Its row is the input.
    pub fn with_metric(module: M, n: usize, reward: impl Metric<M::Input, M::Output>) -> Self {
        Self { module, attempts: Attempts::new(n.max(1), reward), concurrency: 1 }
    }

    attempt_settings!();

    /// How many attempts are under way at a time. With 1, the default, no attempt is begun once the
    /// threshold is reached, so that nothing is paid for in vain; with more, those under way are
    /// then dropped, which their providers may bill.
    #[must_use]
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.max(1);
        self
    }

    /// The program.
    pub fn module(&self) -> &M {
        &self.module
    }
}

impl<M: Module> Module for BestOfN<M> {
    type Input = M::Input;
    type Output = M::Output;

    /// # Errors
    /// [`StrategyError::Failed`](super::StrategyError::Failed), and errors of the set-up.
    async fn invoke(&self, input: M::Input) -> Result<Prediction<M::Output>> {
        let inside = Invocation::of(self);
        let program = &inside.strategy.module;
        let make = |index| self.attempts.make(program, &inside, &input, index, None);
        let mut tally = Tally::new(&self.attempts);
        let all = stream::iter((0..self.attempts.most).map(make));
        let mut results = all.buffered(self.concurrency);
        while let Some(result) = results.next().await {
            if tally.take(result)? {
                break;
            }
        }
        drop(results);
        let best = tally.finish(&inside.scope)?;
        inside.end(best)
    }
}

impl<M: Module> Parameters for BestOfN<M> {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        path.field("module", |path| self.module.walk(path, visit));
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        path.field("module", |path| self.module.walk_mut(path, visit));
    }
}

impl<M: Module> Clone for BestOfN<M> {
    fn clone(&self) -> Self {
        Self {
            module: self.module.clone(),
            attempts: self.attempts.clone(),
            concurrency: self.concurrency,
        }
    }
}

impl<M: Module + fmt::Debug> fmt::Debug for BestOfN<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BestOfN")
            .field("module", &self.module)
            .field("n", &self.attempts.most)
            .field("threshold", &self.attempts.threshold)
            .finish_non_exhaustive()
    }
}
