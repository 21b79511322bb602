//! What a fit found, or why it was refused.

use std::fmt;

use serde_json::Value;

use crate::error::Error;
use crate::evaluate::{Comparison, compare_scores};

/// What a fit found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FitReport {
    /// The rule that was in force, such as `{"threshold": 0.5}`.
    pub before: Value,
    /// The rule that fits all rows best.
    pub after: Value,
    /// The share of right values by the rule that was in force.
    pub accuracy_before: f64,
    /// The same by fitted rules, on rows that had no part in choosing them.
    pub accuracy_after: f64,
    /// The gain on those rows, with its 95 % interval.
    pub gain: Comparison,
    /// How likely chance alone would give as good a gain: the one-sided sign test over the rows
    /// whose value changed from wrong to right or back.
    pub p_value: f64,
    /// Rows whose run gave no probabilities.
    pub skipped: usize,
}

impl FitReport {
    /// Whether the gain is more than noise.
    pub fn is_better(&self) -> bool {
        let [low, _] = self.gain.interval;
        self.gain.difference > 0.0 && low > 0.0 && self.p_value < 0.05
    }
}

impl fmt::Display for FitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, high] = self.gain.interval;
        write!(
            f,
            "{} instead of {}: {:.1} % right instead of {:.1} %, {:+.1} points [{:+.1}, {:+.1}] on \
             {} rows that did not choose it, p = {:.3}",
            self.after,
            self.before,
            100.0 * self.accuracy_after,
            100.0 * self.accuracy_before,
            100.0 * self.gain.difference,
            100.0 * low,
            100.0 * high,
            self.gain.rows,
            self.p_value
        )
    }
}

/// Why a fit was refused. The program is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FitError {
    /// The program has no such predictor, or that one has no such decision.
    #[error(
        "there is no decision `{output}` at `{path}`; `module::leaf_paths` lists the predictors, \
         and the output must be a `YesNo`, `Choice` or `Score`"
    )]
    Unknown {
        /// The predictor.
        path: String,
        /// The output.
        output: String,
    },
    /// There are too few rows.
    #[error("{rows} rows with probabilities are no evidence; label at least {needed}")]
    TooFewRows {
        /// Rows with a label and probabilities.
        rows: usize,
        /// Rows needed.
        needed: usize,
    },
    /// One of the values is hardly ever right.
    #[error("only {rows} rows are labelled `{value}`; label at least {needed} of each value")]
    OneSided {
        /// The value.
        value: String,
        /// Rows that are labelled with it.
        rows: usize,
        /// Rows needed.
        needed: usize,
    },
    /// A label is none of the decision's values.
    #[error("the label {found} of row {row} is no value of the decision")]
    Label {
        /// The row, counted from 0.
        row: usize,
        /// Its label, as JSON.
        found: String,
    },
    /// Nothing is better by more than chance.
    #[error("no rule is better than the one in force by more than chance: {report}")]
    NoImprovement {
        /// What was found.
        report: Box<FitReport>,
    },
    /// The program could not be run or changed.
    #[error(transparent)]
    Run(#[from] Error),
}

/// Right or wrong, row by row.
pub(super) struct Measured {
    pub(super) now: Vec<f64>,
    pub(super) fitted: Vec<f64>,
    pub(super) skipped: usize,
}

impl Measured {
    pub(super) fn report(self, before: Value, after: Value) -> FitReport {
        let mean = |scores: &[f64]| scores.iter().sum::<f64>() / (scores.len().max(1) as f64);
        let gain = compare_scores(&self.now, &self.fitted);
        FitReport {
            before,
            after,
            accuracy_before: mean(&self.now),
            accuracy_after: mean(&self.fitted),
            p_value: sign_test(gain.better.len(), gain.worse.len()),
            gain,
            skipped: self.skipped,
        }
    }
}

/// How likely a fair coin falls on its good side at least so often.
fn sign_test(better: usize, worse: usize) -> f64 {
    let tosses = better + worse;
    // The logarithm of 2^-n times the binomial coefficient, term by term.
    let mut term = -(tosses as f64) * std::f64::consts::LN_2;
    let mut sum = 0.0;
    for heads in 0..=tosses {
        if heads > 0 {
            term += ((tosses - heads + 1) as f64).ln() - (heads as f64).ln();
        }
        if heads >= better {
            sum += term.exp();
        }
    }
    sum.min(1.0)
}
