//! What an evaluation found.

use std::fmt;
use std::time::Duration;

use super::interval::mean_interval;
use crate::lm::Usage;
use crate::run::Trace;

/// One row's outcome.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Item<O> {
    /// The row's place in the data set, counted from 0.
    pub index: usize,
    /// The row's id.
    pub id: String,
    /// The score.
    pub score: f64,
    /// The metric's words, and the checks and suggestions that the output does not keep; or the hard
    /// assertion that failed.
    pub feedback: Option<String>,
    /// What the program gave; `None` where it failed.
    pub output: Option<O>,
    /// Why it failed, if it did.
    pub error: Option<String>,
    /// What it spent.
    pub usage: Usage,
    /// How long it took.
    pub elapsed: Duration,
    /// The calls made; empty unless the evaluation records.
    pub trace: Trace,
}

/// The outcome of a program on a data set, in row order.
#[derive(Clone, Debug)]
pub struct Evaluation<O> {
    items: Vec<Item<O>>,
    mean: f64,
    interval: [f64; 2],
    usage: Usage,
    elapsed: Duration,
    stopped: Option<String>,
}

impl<O> Evaluation<O> {
    pub(super) fn new(items: Vec<Item<O>>, elapsed: Duration, stopped: Option<String>) -> Self {
        let scores: Vec<f64> = items.iter().map(|item| item.score).collect();
        let (mean, interval) = mean_interval(&scores);
        let usage = items.iter().map(|item| item.usage).sum();
        Self { items, mean, interval, usage, elapsed, stopped }
    }

    /// The mean score.
    pub fn score(&self) -> f64 {
        self.mean
    }

    /// The 95 % interval of the mean score: a percentile bootstrap, the normal interval from 5,000
    /// rows on.
    pub fn interval(&self) -> [f64; 2] {
        self.interval
    }

    /// The rows' outcomes, in row order.
    pub fn items(&self) -> &[Item<O>] {
        &self.items
    }

    /// The scores, in row order.
    pub fn scores(&self) -> Vec<f64> {
        self.items.iter().map(|item| item.score).collect()
    }

    /// The rows that failed.
    pub fn errors(&self) -> impl Iterator<Item = &Item<O>> {
        self.items.iter().filter(|item| item.error.is_some())
    }

    /// What all rows spent.
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// Wall time.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Why not all rows were worked on, if so.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }
}

impl<O> fmt::Display for Evaluation<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, high] = self.interval;
        write!(
            f,
            "score {:.3} (95 % interval {low:.3} to {high:.3}) on {} rows",
            self.mean,
            self.items.len()
        )?;
        let errors = self.errors().count();
        if errors > 0 {
            write!(f, ", {errors} failed")?;
        }
        if let Some(item) = self.errors().next() {
            let first =
                item.error.as_deref().unwrap_or_default().lines().next().unwrap_or_default();
            write!(f, " (first: row {}: {first})", item.index)?;
        }
        if let Some(reason) = &self.stopped {
            write!(f, "; {reason}")?;
        }
        write!(f, "; {} LM calls, {} tokens", self.usage.calls, self.usage.total_tokens())
    }
}
