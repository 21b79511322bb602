//! Chains of thought sampled, then compared.

use std::fmt;

use super::chain_of_thought::ChainOfThought;
use super::multi_chain_comparison::{Attempted, MultiChainComparison};
use super::prediction::Prediction;
use crate::error::Result;
use crate::lm::Settings;
use crate::module::{Module, Parameters, Path, Visit, VisitMut, set_settings, within};
use crate::predict::attempt::Invocation;
use crate::signature::{Reasoned, Signature, Task};

/// Enough for attempts to differ, and for each to make sense.
const TEMPERATURE: f64 = 0.7;

/// Answers several times by a chain of thought, then once more with all these attempts in view, as
/// [`MultiChainComparison`]. Costs one LM call more than the attempts: `n + 1`, or two with a
/// provider that samples several completions by one call.
///
/// The two predictors are at the paths `attempt` and `compare`.
///
/// ```
/// use dspy::predict::SampledComparison;
/// use dspy::prelude::*;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut ask = SampledComparison::<Qa>::new(3);
/// ask.set_lm(&Lm::embedded());
/// let out = ask.call("Which river runs through Cairo, Rome or Vienna?").await?;
/// println!("{}", out.answer);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub struct SampledComparison<S> {
    attempt: ChainOfThought<S>,
    compare: MultiChainComparison<S>,
    sampling: Settings,
}

impl<S: Signature> SampledComparison<S> {
    /// So many attempts, at least one, and a comparison of them.
    pub fn new(attempts: usize) -> Self {
        let attempts = attempts.max(1);
        let n = u32::try_from(attempts).unwrap_or(u32::MAX);
        Self {
            attempt: ChainOfThought::new(),
            compare: MultiChainComparison::new(attempts),
            sampling: Settings::default().with_n(n).with_temperature(TEMPERATURE),
        }
    }

    /// The same as [`new`](Self::new), for a signature whose type has no name.
    pub fn of(_task: Task<S>, attempts: usize) -> Self {
        Self::new(attempts)
    }

    /// The temperature at which attempts are sampled; 0.7 by default.
    #[must_use]
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.sampling = self.sampling.with_temperature(temperature);
        self
    }
}

impl<S: Signature> Module for SampledComparison<S> {
    type Input = S::Input;
    type Output = Reasoned<S::Output>;

    async fn invoke(&self, input: S::Input) -> Result<Prediction<Self::Output>> {
        let mut inside = Invocation::of(self);
        let strategy = &mut inside.strategy;
        set_settings(&mut strategy.attempt, &strategy.sampling);
        let attempts = within(&inside.scope, strategy.attempt.invoke(input.clone())).await?;
        let attempted = Attempted::new(input, attempts.into_completions());
        let out = within(&inside.scope, strategy.compare.invoke(attempted)).await?;
        let chosen = out.chosen(&inside.scope, Vec::new(), None);
        inside.end(chosen)
    }
}

impl<S> Parameters for SampledComparison<S> {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        path.field("attempt", |path| self.attempt.walk(path, visit));
        path.field("compare", |path| self.compare.walk(path, visit));
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        path.field("attempt", |path| self.attempt.walk_mut(path, visit));
        path.field("compare", |path| self.compare.walk_mut(path, visit));
    }
}

impl<S> Clone for SampledComparison<S> {
    fn clone(&self) -> Self {
        Self {
            attempt: self.attempt.clone(),
            compare: self.compare.clone(),
            sampling: self.sampling.clone(),
        }
    }
}

impl<S> fmt::Debug for SampledComparison<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SampledComparison")
            .field("attempt", &self.attempt)
            .field("compare", &self.compare)
            .finish_non_exhaustive()
    }
}
