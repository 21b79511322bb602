//! What a result must show.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::check::QualityCheck;
use super::verdict::QualityVerdict;
use crate::evaluate::{Difference, Evaluation, SliceDifference};
use crate::optimize::Gate;

/// What a result must show to pass. Asks nothing until told to; can be read from JSON, where what is
/// left out is not asked.
///
/// ```
/// use dspy::quality::QualityGate;
///
/// let gate: QualityGate = serde_json::from_str(r#"{"min_score": 0.8, "max_failures": 2}"#)?;
/// assert_eq!(gate, QualityGate::new().min_score(0.8).max_failures(2));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct QualityGate {
    /// The lowest mean score.
    pub min_score: Option<f64>,
    /// The lowest value of the low end of the mean score's 95 % interval.
    pub min_sure_score: Option<f64>,
    /// The most rows that may fail.
    pub max_failures: Option<usize>,
    /// What must be shown to be better than the baseline: improvement, evidence, cost.
    pub improvement: Option<Gate>,
    /// The most US dollars that a row may cost on average, the metric not counted.
    pub max_usd_per_row: Option<f64>,
    /// The most tokens that a row may take on average.
    pub max_tokens_per_row: Option<f64>,
    /// The most seconds within which 95 % of the rows must be done.
    pub max_latency_p95_s: Option<f64>,
    /// Slices whose mean score must not be below the baseline's.
    pub slices: Vec<String>,
    /// By how much a slice may be below it nevertheless.
    pub slice_tolerance: f64,
    /// Rows, by id or by place, that must not score below the baseline.
    pub pinned: Vec<String>,
    /// Rows, by id or by place, and the lowest score they may have.
    pub must_score: BTreeMap<String, f64>,
}

impl QualityGate {
    /// Asks nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for this mean score.
    #[must_use]
    pub fn min_score(mut self, score: f64) -> Self {
        self.min_score = Some(score);
        self
    }

    /// Asks for a mean score that is hardly below this: the low end of its 95 % interval is not.
    #[must_use]
    pub fn min_sure_score(mut self, score: f64) -> Self {
        self.min_sure_score = Some(score);
        self
    }

    /// Allows so many rows to fail.
    #[must_use]
    pub fn max_failures(mut self, rows: usize) -> Self {
        self.max_failures = Some(rows);
        self
    }

    /// Asks for what the gate of an optimizer asks for: an improvement by so much, that is so
    /// probable or significant, at so many times the cost.
    #[must_use]
    pub fn improvement(mut self, gate: Gate) -> Self {
        self.improvement = Some(gate);
        self
    }

    /// Allows so many US dollars for a row, on average. Calls whose price is not known fail the check.
    #[must_use]
    pub fn max_usd_per_row(mut self, usd: f64) -> Self {
        self.max_usd_per_row = Some(usd);
        self
    }

    /// Allows so many tokens for a row, on average.
    #[must_use]
    pub fn max_tokens_per_row(mut self, tokens: f64) -> Self {
        self.max_tokens_per_row = Some(tokens);
        self
    }

    /// Asks for 95 % of the rows to be done within this time each.
    #[must_use]
    pub fn max_latency_p95(mut self, limit: Duration) -> Self {
        self.max_latency_p95_s = Some(limit.as_secs_f64());
        self
    }

    /// Asks for slices that are not worse than the baseline's.
    #[must_use]
    pub fn no_regression_on(mut self, slices: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.slices.extend(slices.into_iter().map(Into::into));
        self
    }

    /// Lets slices be worse by so much.
    #[must_use]
    pub fn slice_tolerance(mut self, tolerance: f64) -> Self {
        self.slice_tolerance = tolerance;
        self
    }

    /// Asks for rows, by id or by place, that score no worse than in the baseline.
    #[must_use]
    pub fn pinned(mut self, rows: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.pinned.extend(rows.into_iter().map(Into::into));
        self
    }

    /// Asks for a row, by id or by place, that scores at least this.
    #[must_use]
    pub fn must_score(mut self, row: impl Into<String>, least: f64) -> Self {
        self.must_score.insert(row.into(), least);
        self
    }

    /// Judges an evaluation by itself. What needs a baseline fails.
    pub fn check<O>(&self, evaluation: &Evaluation<O>) -> QualityVerdict {
        let mut checks = self.alone(evaluation);
        if self.improvement.is_some() {
            checks.push(QualityCheck::without_baseline("improvement"));
        }
        checks.extend(
            self.slices
                .iter()
                .map(|slice| QualityCheck::without_baseline(format!("slice:{slice}"))),
        );
        checks.extend(
            self.pinned.iter().map(|row| QualityCheck::without_baseline(format!("pinned:{row}"))),
        );
        QualityVerdict::new(checks)
    }

    /// Judges an evaluation beside that of a baseline on the same rows. Where the rows are not the
    /// same, that fails.
    pub fn check_against<O, B>(
        &self,
        evaluation: &Evaluation<O>,
        baseline: &Evaluation<B>,
    ) -> QualityVerdict {
        let mut checks = self.alone(evaluation);
        match baseline.difference(evaluation) {
            Ok(difference) => {
                if let Some(gate) = &self.improvement {
                    let verdict = gate.decide(&difference.evidence, difference.cost_ratio);
                    let message = verdict.reasons.join("; ");
                    checks.push(QualityCheck::new("improvement", verdict.accepted, message));
                }
                checks.extend(self.slices.iter().map(|name| self.slice(name, &difference)));
                let pinned = self.pinned.iter();
                checks.extend(pinned.map(|row| pinned_row(row, evaluation, baseline)));
            }
            Err(error) => checks.push(QualityCheck::new("baseline", false, error.to_string())),
        }
        QualityVerdict::new(checks)
    }

    fn alone<O>(&self, evaluation: &Evaluation<O>) -> Vec<QualityCheck> {
        let mut checks = Vec::new();
        if let Some(reason) = evaluation.stopped() {
            checks.push(QualityCheck::new("complete", false, reason));
        }
        let mut at_least = |name: &str, what: &str, least: Option<f64>, found: f64| {
            if let Some(least) = least {
                let message = format!("{what} is {found:.4}, {least} asked for");
                checks.push(QualityCheck::new(name, found >= least, message));
            }
        };
        let [low, _] = evaluation.interval();
        at_least("min_score", "the score", self.min_score, evaluation.score());
        at_least("min_sure_score", "the interval's low end", self.min_sure_score, low);
        let rows = evaluation.items().len().max(1) as f64;
        let usage = evaluation.usage();
        let mut at_most = |name: &str, what: &str, most: Option<f64>, found: f64| {
            if let Some(most) = most {
                let message = format!("{what} {found:.4}, at most {most} allowed");
                checks.push(QualityCheck::new(name, found <= most, message));
            }
        };
        let failures = evaluation.errors().count() as f64;
        at_most(
            "max_failures",
            "failed rows:",
            self.max_failures.map(|most| most as f64),
            failures,
        );
        let tokens = usage.total_tokens() as f64 / rows;
        at_most("max_tokens_per_row", "a row takes tokens:", self.max_tokens_per_row, tokens);
        let latency = evaluation.latency(0.95).as_secs_f64();
        at_most("max_latency_p95", "95 % are done in seconds:", self.max_latency_p95_s, latency);
        let priced = usage.unpriced_calls == 0;
        if priced {
            let usd = usage.usd / rows;
            at_most("max_usd_per_row", "a row costs US dollars:", self.max_usd_per_row, usd);
        } else if self.max_usd_per_row.is_some() {
            let message = format!("the price of {} calls is not known", usage.unpriced_calls);
            checks.push(QualityCheck::new("max_usd_per_row", false, message));
        }
        for (row, least) in &self.must_score {
            let name = format!("must_score:{row}");
            checks.push(match score_of(evaluation, row) {
                Some(found) => {
                    let message = format!("the row scores {found:.4}, {least} asked for");
                    QualityCheck::new(name, found >= *least, message)
                }
                None => QualityCheck::new(name, false, "there is no such row"),
            });
        }
        checks
    }

    fn slice(&self, name: &str, difference: &Difference) -> QualityCheck {
        let check = format!("slice:{name}");
        let found = difference.slices.iter().find(|slices| slices.before.name == name);
        match found {
            None => QualityCheck::new(check, false, "not both results have this slice"),
            Some(SliceDifference { before, after }) => {
                let passed = after.score >= before.score - self.slice_tolerance - 1e-12;
                let message = format!(
                    "{:.4} instead of {:.4} on {} rows",
                    after.score, before.score, after.rows
                );
                QualityCheck::new(check, passed, message)
            }
        }
    }
}

fn pinned_row<O, B>(
    row: &str,
    evaluation: &Evaluation<O>,
    baseline: &Evaluation<B>,
) -> QualityCheck {
    let name = format!("pinned:{row}");
    match (score_of(evaluation, row), score_of(baseline, row)) {
        (Some(after), Some(before)) => {
            let message = format!("{after:.4} instead of {before:.4}");
            QualityCheck::new(name, after >= before, message)
        }
        _ => QualityCheck::new(name, false, "there is no such row"),
    }
}

/// The score of the row with this id, or at this place.
fn score_of<O>(evaluation: &Evaluation<O>, row: &str) -> Option<f64> {
    let items = evaluation.items();
    let by_id = items.iter().find(|item| item.id == row);
    let by_place = || items.iter().find(|item| Some(item.index) == row.parse().ok());
    by_id.or_else(by_place).map(|item| item.score)
}
