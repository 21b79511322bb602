//! Several attempts at one input, each with a sample and a reward of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::StrategyError;
use super::prediction::Prediction;
use crate::error::{Error, Result};
use crate::lm::Settings;
use crate::metric::{DynMetric, Metric, Score};
use crate::module::{
    Module, StrategySpan, begun, in_new_scope, move_to, set_settings, slot_of, within,
};
use crate::run::{Bracket, Run, Scope, Trace};

/// What every attempt is sampled at: at 0 all of them would be alike.
const TEMPERATURE: f64 = 1.0;

/// A reward of at least this ends the attempts: by convention it is the best.
const THRESHOLD: f64 = 1.0;

/// How attempts are made and judged.
#[derive(Debug)]
pub(super) struct Attempts<I, O> {
    pub(super) most: usize,
    pub(super) reward: DynMetric<I, O>,
    pub(super) threshold: f64,
    max_failures: Option<usize>,
    sampling: Settings,
}

impl<I, O> Clone for Attempts<I, O> {
    fn clone(&self) -> Self {
        Self { reward: self.reward.clone(), sampling: self.sampling.clone(), ..*self }
    }
}

/// One attempt that gave an output.
#[derive(Debug)]
pub(super) struct Attempt<O> {
    pub(super) prediction: Prediction<O>,
    pub(super) score: Score,
    pub(super) trace: Trace,
}

/// A strategy during one invocation: a copy of it, the run, and the invocation.
#[derive(Debug)]
pub(super) struct Invocation<M> {
    pub(super) strategy: M,
    pub(super) run: Run,
    pub(super) scope: Arc<Scope>,
    /// Told of its end, where somebody listens.
    told: Option<Box<Bracket>>,
    span: StrategySpan,
}

impl<M: Module> Invocation<M> {
    pub(super) fn of(strategy: &M) -> Self {
        let (strategy, scope) = in_new_scope(strategy);
        let run = slot_of(&strategy).map_or_else(Run::new, |slot| slot.run().clone());
        let told = if run.wants_events() { begun(&strategy, &run, &scope) } else { None };
        let span = StrategySpan::open(&strategy, &run, &scope);
        Self { strategy, run, scope, told, span }
    }

    /// Ends with this prediction. Where there is none, it ends as it is dropped.
    pub(super) fn end<O>(self, prediction: Prediction<O>) -> Result<Prediction<O>> {
        if let Some(told) = self.told {
            told.end_with(true);
        }
        self.span.end();
        Ok(prediction)
    }
}

impl<I: Sync + 'static, O: Sync + 'static> Attempts<I, O> {
    pub(super) fn new(most: usize, reward: impl Metric<I, O>) -> Self {
        Self {
            most,
            reward: DynMetric::new(reward),
            threshold: THRESHOLD,
            max_failures: None,
            sampling: Settings::default().with_temperature(TEMPERATURE),
        }
    }

    pub(super) fn set_max_failures(&mut self, failures: usize) {
        self.max_failures = Some(failures);
    }

    pub(super) fn set_sampling(&mut self, sampling: &Settings) {
        self.sampling = sampling.clone();
    }

    /// Makes one attempt with a copy of a program that takes part in a run. Who tells predictors
    /// something by path, be it nothing, wants a trace.
    pub(super) fn make<M, S>(
        &self,
        program: &M,
        invocation: &Invocation<S>,
        input: &I,
        index: usize,
        told: Option<BTreeMap<String, String>>,
    ) -> impl Future<Output = Result<Attempt<O>>> + Send + use<M, S, I, O>
    where
        M: Module<Input = I, Output = O>,
        I: Clone + Send,
        O: Send,
    {
        let record = self.reward.needs_trace() || told.is_some();
        let hints = told.unwrap_or_default();
        let run = invocation.run.attempt(&invocation.scope, index, hints, record);
        let mut program = program.clone();
        set_settings(&mut program, &self.sampling);
        move_to(&mut program, &run);
        let (input, reward) = (input.clone(), self.reward.clone());
        let scope = Arc::clone(&invocation.scope);
        async move {
            let made = async {
                let prediction = program.invoke(input.clone()).await?;
                let trace = run.trace();
                let score = reward.score(&input, prediction.output(), &trace).await?;
                Ok(Attempt { prediction, score, trace })
            };
            within(&scope, made).await
        }
    }
}

/// What came of the attempts so far, taken in their order.
#[derive(Debug)]
pub(super) struct Tally<O> {
    threshold: f64,
    max_failures: usize,
    best: Option<(Prediction<O>, f64)>,
    failures: Vec<Error>,
    notes: Vec<String>,
    made: usize,
}

impl<O> Tally<O> {
    pub(super) fn new<I>(attempts: &Attempts<I, O>) -> Self {
        // By default one success is enough.
        let max_failures = attempts.max_failures.unwrap_or(attempts.most.saturating_sub(1));
        Self {
            threshold: attempts.threshold,
            max_failures,
            best: None,
            failures: Vec::new(),
            notes: Vec::new(),
            made: 0,
        }
    }

    /// Takes the next attempt; whether it is good enough to be the last.
    ///
    /// # Errors
    /// One failure too many, or one that every other attempt would meet, too.
    pub(super) fn take(&mut self, attempt: Result<Attempt<O>>) -> Result<bool> {
        self.made += 1;
        match attempt {
            Ok(attempt) => {
                let reward = attempt.score.value;
                if self.best.as_ref().is_none_or(|(_, best)| reward > *best) {
                    self.best = Some((attempt.prediction, reward));
                }
                Ok(reward >= self.threshold)
            }
            Err(error) if error.is_setup() => Err(error),
            Err(error) => {
                self.note(format!("an attempt failed: {error}"));
                self.failures.push(error);
                if self.failures.len() > self.max_failures {
                    return Err(self.failed());
                }
                Ok(false)
            }
        }
    }

    /// Notes what whoever reads the result should know.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// The best attempt.
    pub(super) fn finish(mut self, scope: &Scope) -> Result<Prediction<O>> {
        let Some((best, reward)) = self.best.take() else { return Err(self.failed()) };
        Ok(best.chosen(scope, self.notes, Some(reward)))
    }

    fn failed(&mut self) -> Error {
        match self.failures.pop() {
            Some(last) => StrategyError::Failed {
                what: "attempts",
                failed: self.failures.len() + 1,
                made: self.made,
                last: Box::new(last),
            },
            None => StrategyError::Empty { what: "attempt" },
        }
        .into()
    }
}

/// What can be set on every strategy that makes attempts.
macro_rules! attempt_settings {
    () => {
        /// A reward of at least this ends the attempts; 1 by default, by convention the best.
        #[must_use]
        pub fn threshold(mut self, threshold: f64) -> Self {
            self.attempts.threshold = threshold;
            self
        }

        /// How many attempts may fail, by an error of the program or of the reward, before the call
        /// does; by default all but one. An error of the set-up, such as a missing key, ends the
        /// call at once.
        #[must_use]
        pub fn max_failures(mut self, failures: usize) -> Self {
            self.attempts.set_max_failures(failures);
            self
        }

        /// How attempts are sampled, laid over the predictors' own settings; by default at a
        /// temperature of 1. Empty settings leave them as they are.
        #[must_use]
        pub fn sampling(mut self, sampling: &$crate::lm::Settings) -> Self {
            self.attempts.set_sampling(sampling);
            self
        }
    };
}

pub(super) use attempt_settings;
