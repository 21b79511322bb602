//! What an evaluation found.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::interval::mean_interval;
use super::item::Item;
use super::program_note::ProgramNote;
use super::slice::{Slice, slices};
use crate::lm::{Spent, Usage};

/// The outcome of a program on a data set, in row order.
#[derive(Clone, Debug)]
pub struct Evaluation<O> {
    items: Vec<Item<O>>,
    mean: f64,
    interval: [f64; 2],
    usage: Usage,
    elapsed: Duration,
    stopped: Option<String>,
    program: Option<ProgramNote>,
    written_to: Option<PathBuf>,
}

impl<O> Evaluation<O> {
    pub(super) fn new(items: Vec<Item<O>>, elapsed: Duration, stopped: Option<String>) -> Self {
        let scores: Vec<f64> = items.iter().map(|item| item.score).collect();
        let (mean, interval) = mean_interval(&scores);
        let usage = items.iter().map(|item| item.usage).sum();
        Self { items, mean, interval, usage, elapsed, stopped, program: None, written_to: None }
    }

    pub(super) fn of_program(mut self, program: Option<ProgramNote>) -> Self {
        self.program = program;
        self
    }

    pub(super) fn in_file(mut self, path: Option<PathBuf>) -> Self {
        self.written_to = path;
        self
    }

    /// The mean score.
    pub fn score(&self) -> f64 {
        self.mean
    }

    /// The 95 % interval of the mean score: how far the mean over all rows that there might have been
    /// is likely to be off. [`score_interval`](super::score_interval) says how it is found.
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

    /// What the program spent on all rows.
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// What the metric spent, where it asks a model.
    pub fn metric_spent(&self) -> Spent {
        self.items.iter().map(|item| item.metric_spent).sum()
    }

    /// Wall time.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The time within which this share of the rows was done: 0.95 for the 95th percentile. Zero
    /// without rows.
    pub fn latency(&self, share: f64) -> Duration {
        let mut times: Vec<Duration> = self.items.iter().map(|item| item.elapsed).collect();
        times.sort_unstable();
        let rank = (share.clamp(0.0, 1.0) * times.len() as f64).ceil() as usize;
        times.get(rank.max(1) - 1).copied().unwrap_or_default()
    }

    /// Why not all rows were worked on, if so.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Score, interval and failures by slice, in the order of their names. Empty unless
    /// [`Evaluate::slices`](super::Evaluate::slices) was given a function.
    pub fn slices(&self) -> Vec<Slice> {
        slices(&self.items)
    }

    /// The program's parameters at the time; `None` in a result that was loaded without.
    pub fn program(&self) -> Option<&ProgramNote> {
        self.program.as_ref()
    }

    /// The file that the items were written to instead of being kept.
    pub fn written_to(&self) -> Option<&Path> {
        self.written_to.as_deref()
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
        write!(f, "; {} LM calls, {} tokens", self.usage.calls, self.usage.total_tokens())?;
        if self.usage.usd > 0.0 {
            write!(f, ", ${:.4}", self.usage.usd)?;
        }
        Ok(())
    }
}
