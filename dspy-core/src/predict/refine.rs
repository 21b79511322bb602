//! Attempts that learn from the ones before.

mod advice;

use std::fmt;

use super::attempt::{Attempts, Invocation, Tally, attempt_settings};
use super::prediction::Prediction;
use super::predictor::Predictor;
use crate::error::Result;
use crate::metric::{Metric, Score};
use crate::module::{Module, Parameters, Path, Visit, VisitMut, within};
use advice::{Lesson, Places, hints};

/// Runs a program up to `n` times on one input, and before each further time has a model say what
/// every predictor should do otherwise. Gives the output with the highest reward. Costs up to `n`
/// runs of the program, `n - 1` LM calls for advice, and what the reward costs for each run.
///
/// Attempts are made as [`BestOfN`](super::BestOfN) makes them, one after the other. After one with
/// an output below the [`threshold`](Self::threshold), the predictor at the path `feedback` is shown
/// what the program consists of, what each of its predictors was given and gave, and the reward,
/// with the reward's words where it is a [`Score`] that has some. Its advice for a predictor is shown
/// to that predictor in the next attempt, as feedback beside its inputs; prompts and signatures are
/// otherwise as they were, and after the call they are again. The instructions of `feedback` are a
/// parameter like others.
///
/// The reference is DSPy's `Refine`, which shows the source code of program and reward; here a
/// program is described by its tasks, and a reward by
/// [`reward_description`](Self::reward_description).
///
/// ```
/// use dspy::metric::Score;
/// use dspy::prelude::*;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let ask = Predict::<Qa>::new();
/// let short = |_: &QaInput, out: &QaOutput| match out.answer.chars().count() {
///     0..=20 => Score::new(1.0),
///     long => Score::new(20.0 / long as f64).with_feedback(format!("{long} characters, not 20")),
/// };
/// let mut short = Refine::new(ask, 3, short).reward_description("Short answers.");
/// short.set_lm(&Lm::embedded());
/// let best = short.call("Which river runs through Cairo, Rome or Vienna?").await?;
/// println!("{} (reward {:?})", best.answer, best.reward());
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub struct Refine<M: Module> {
    module: M,
    feedback: Predictor,
    attempts: Attempts<M::Input, M::Output>,
    reward_description: String,
}

impl<M: Module> Refine<M> {
    /// Up to `n` attempts (at least one) by a reward of input and output: a `bool`, an `f64`, or a
    /// [`Score`]; more is better.
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
        Self {
            module,
            feedback: advice::predictor(),
            attempts: Attempts::new(n.max(1), reward),
            reward_description: "A number; more is better.".to_owned(),
        }
    }

    attempt_settings!();

    /// What the reward is for, in words for the model that gives advice.
    #[must_use]
    pub fn reward_description(mut self, description: impl Into<String>) -> Self {
        self.reward_description = description.into();
        self
    }

    /// Has the advice come from this model, which may be another than the program's.
    #[must_use]
    pub fn with_feedback_lm(mut self, lm: crate::lm::Lm) -> Self {
        self.feedback = self.feedback.with_lm(lm);
        self
    }

    /// The program.
    pub fn module(&self) -> &M {
        &self.module
    }
}

impl<M: Module> Module for Refine<M> {
    type Input = M::Input;
    type Output = M::Output;

    /// # Errors
    /// [`StrategyError::Failed`](super::StrategyError::Failed), and errors of the set-up. Advice that
    /// cannot be had is a warning; the next attempt is made without.
    async fn invoke(&self, input: M::Input) -> Result<Prediction<M::Output>> {
        let inside = Invocation::of(self);
        let program = &inside.strategy.module;
        let places = Places::of(program);
        let mut tally = Tally::new(&self.attempts);
        let mut told = hints([]);
        for index in 0..self.attempts.most {
            let told_now = Some(told.clone());
            let attempt = self.attempts.make(program, &inside, &input, index, told_now).await;
            let is_last = index + 1 == self.attempts.most;
            let lesson = attempt.as_ref().ok().filter(|_| !is_last).map(|attempt| Lesson {
                places: &places,
                input: &input,
                attempt,
                threshold: self.attempts.threshold,
                reward_description: &self.reward_description,
            });
            let lesson = lesson.map(|lesson| lesson.fields());
            if tally.take(attempt)? || is_last {
                break;
            }
            let Some(lesson) = lesson else { continue };
            match within(&inside.scope, inside.strategy.feedback.invoke(lesson)).await {
                Ok(advice) => {
                    let (found, unknown) = places.addressed(advice.output());
                    for path in unknown {
                        tally.note(format!("there is advice for `{path}`, which is no module"));
                    }
                    told = hints(found);
                }
                Err(error) => tally.note(format!("there is no advice: {error}")),
            }
        }
        let best = tally.finish(&inside.scope)?;
        inside.end(best)
    }
}

impl<M: Module> Parameters for Refine<M> {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        path.field("module", |path| self.module.walk(path, visit));
        path.field("feedback", |path| self.feedback.walk(path, visit));
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        path.field("module", |path| self.module.walk_mut(path, visit));
        path.field("feedback", |path| self.feedback.walk_mut(path, visit));
    }
}

impl<M: Module> Clone for Refine<M> {
    fn clone(&self) -> Self {
        Self {
            module: self.module.clone(),
            feedback: self.feedback.clone(),
            attempts: self.attempts.clone(),
            reward_description: self.reward_description.clone(),
        }
    }
}

impl<M: Module + fmt::Debug> fmt::Debug for Refine<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refine")
            .field("module", &self.module)
            .field("n", &self.attempts.most)
            .field("threshold", &self.attempts.threshold)
            .finish_non_exhaustive()
    }
}
