//! [`Tuned`]: an optimizer made of a strategy, a metric and what all optimizers can be told.

mod compile;
mod split;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::gate::Gate;
use super::journal::Redact;
use super::stage::{Actor, Program};
use super::stop::Stop;
use super::then::Then;
use crate::lm::{Budget, Lm, Prices};
use crate::metric::{DynMetric, Metric};
use crate::module::Module;
use crate::row::{Row, Rows};
use crate::signature::View;

/// An optimizer: a [`Strategy`](super::Strategy), a metric, and what all optimizers can be told.
///
/// Its aliases are the optimizers: [`MiproV2`](super::MiproV2), [`Gepa`](super::Gepa),
/// [`BootstrapFewShot`](super::BootstrapFewShot) and their siblings. All of them keep to a
/// [`budget`](Self::budget), write a [`journal`](Self::journal) from which a killed run goes on,
/// compare candidates on the same rows, and return the program as given where the best one found is
/// not better by the measure of a [`gate`](Self::gate).
pub struct Tuned<S, R, O> {
    pub(super) strategy: S,
    pub(super) metric: DynMetric<R, O>,
    pub(super) options: Options<R, O>,
}

pub(super) struct Options<R, O> {
    validation: Option<Rows<R>>,
    holdout: Option<Rows<R>>,
    pub(super) seed: u64,
    concurrency: usize,
    repeats: u32,
    budget: Option<Budget>,
    prices: Option<Prices>,
    journal: Option<PathBuf>,
    redact: Option<Redact>,
    gate: Gate,
    proposer: Option<Lm>,
    teacher_lm: Option<Lm>,
    teacher: Option<Arc<dyn Actor<R, O>>>,
    lms: Vec<Lm>,
    stop: Stop,
    ctrl_c: bool,
    progress: bool,
}

impl<S, R: Sync + 'static, O: Sync + 'static> Tuned<S, R, O> {
    /// An optimizer by this strategy and metric. The named optimizers have a `new` of their own.
    pub fn by(strategy: S, metric: impl Metric<R, O>) -> Self {
        Self { strategy, metric: DynMetric::new(metric), options: Options::default() }
    }

    /// The rows that decide between candidates. Without them four tenths of the training rows are
    /// set apart, and the report says so.
    #[must_use]
    pub fn validation(mut self, rows: impl Into<Rows<R>>) -> Self {
        self.options.validation = Some(rows.into());
        self
    }

    /// Rows that nothing sees but the last comparison of the winner with the program as given.
    #[must_use]
    pub fn holdout(mut self, rows: impl Into<Rows<R>>) -> Self {
        self.options.holdout = Some(rows.into());
        self
    }

    /// The seed of all draws. The same seed gives the same result at any concurrency, as far as the
    /// model answers the same.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self
    }

    /// How many runs of the program go on at a time; 16 by default.
    #[must_use]
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.options.concurrency = concurrency.max(1);
        self
    }

    /// How often each candidate is run on each row, sampled anew each time, for models that answer
    /// differently each time; once by default.
    #[must_use]
    pub fn repeats(mut self, repeats: u32) -> Self {
        self.options.repeats = repeats.max(1);
        self
    }

    /// What the whole optimization may spend: calls, tokens, US dollars, time, every attempt over
    /// HTTP counted, by the program, the teacher, the proposer and the metric. It is reserved before
    /// it is spent and never exceeded; when it ends, the best so far is returned.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.options.budget = Some(budget);
        self
    }

    /// Counts money at these prices, wherever a model runs.
    #[must_use]
    pub fn prices(mut self, prices: &Prices) -> Self {
        self.options.prices = Some(prices.clone());
        self
    }

    /// Writes down what is done, as JSON Lines, in a file that only its owner may read. A run that
    /// was killed goes on from it: no answer that was received is paid again. The file holds rows,
    /// prompts' answers and proposals.
    #[must_use]
    pub fn journal(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.journal = Some(path.into());
        self
    }

    /// Changes every text before it is written into the journal or into
    /// [`Report::to_json`](super::Report::to_json). No run can go on from a journal so changed.
    #[must_use]
    pub fn redact(mut self, change: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.options.redact = Some(Arc::new(change));
        self
    }

    /// What the winner must show for it to be returned in place of the program as given.
    #[must_use]
    pub fn gate(mut self, gate: Gate) -> Self {
        self.options.gate = gate;
        self
    }

    /// The model that writes proposals, if it is not the program's.
    #[must_use]
    pub fn proposer_lm(mut self, lm: &Lm) -> Self {
        self.options.proposer = Some(lm.clone());
        self
    }

    /// The model of the teacher, if it is not the program's.
    #[must_use]
    pub fn teacher_lm(mut self, lm: &Lm) -> Self {
        self.options.teacher_lm = Some(lm.clone());
        self
    }

    /// Another program whose runs are taken as demonstrations: a larger one, say, or one tuned
    /// before. The two share demonstrations where their predictors have the same paths.
    #[must_use]
    pub fn teacher<T>(mut self, teacher: &T) -> Self
    where
        T: Module,
        T::Output: View<O>,
        R: Row<T::Input>,
    {
        self.options.teacher = Some(Arc::new(Program::new(teacher.clone(), Vec::new())));
        self
    }

    /// Models to choose from, for optimizers that choose one for each predictor.
    #[must_use]
    pub fn lms(mut self, lms: impl IntoIterator<Item = Lm>) -> Self {
        self.options.lms = lms.into_iter().collect();
        self
    }

    /// Lets somebody else end the search; the best so far is returned then.
    #[must_use]
    pub fn stop(mut self, stop: &Stop) -> Self {
        self.options.stop = stop.clone();
        self
    }

    /// Ends the search on Ctrl-C: what is under way is finished, the best so far is returned.
    /// Pressed again, it ends the process as ever.
    #[must_use]
    pub fn stop_on_ctrl_c(mut self) -> Self {
        self.options.ctrl_c = true;
        self
    }

    /// Shows how the search goes on standard error, if that is a terminal.
    #[must_use]
    pub fn progress(mut self) -> Self {
        self.options.progress = true;
        self
    }
}

impl<S, R, O> Tuned<S, R, O> {
    /// This optimizer, and then another on what it returned.
    pub fn then<B>(self, next: B) -> Then<Self, B> {
        Then::new(self, next)
    }
}

impl<R, O> Default for Options<R, O> {
    fn default() -> Self {
        Self {
            validation: None,
            holdout: None,
            seed: 0,
            concurrency: 16,
            repeats: 1,
            budget: None,
            prices: None,
            journal: None,
            redact: None,
            gate: Gate::default(),
            proposer: None,
            teacher_lm: None,
            teacher: None,
            lms: Vec::new(),
            stop: Stop::new(),
            ctrl_c: false,
            progress: false,
        }
    }
}

impl<R, O> Clone for Options<R, O> {
    fn clone(&self) -> Self {
        Self {
            validation: self.validation.clone(),
            holdout: self.holdout.clone(),
            budget: self.budget.clone(),
            prices: self.prices.clone(),
            journal: self.journal.clone(),
            redact: self.redact.clone(),
            proposer: self.proposer.clone(),
            teacher_lm: self.teacher_lm.clone(),
            teacher: self.teacher.clone(),
            lms: self.lms.clone(),
            stop: self.stop.clone(),
            ..*self
        }
    }
}

impl<S: Clone, R, O> Clone for Tuned<S, R, O> {
    fn clone(&self) -> Self {
        Self {
            strategy: self.strategy.clone(),
            metric: self.metric.clone(),
            options: self.options.clone(),
        }
    }
}

impl<S: fmt::Debug, R, O> fmt::Debug for Tuned<S, R, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tuned")
            .field("strategy", &self.strategy)
            .field("seed", &self.options.seed)
            .field("budget", &self.options.budget)
            .field("journal", &self.options.journal)
            .finish_non_exhaustive()
    }
}
