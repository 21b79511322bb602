//! [`Gate`]: what a winner must show to be taken.

use serde::{Deserialize, Serialize};

/// What a winner must show to be taken in place of the program as given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Gate {
    /// The least that the program as given must score for a search to begin.
    pub min_baseline: Option<f64>,
    /// How much better the winner must be.
    pub min_improvement: f64,
    /// How many times the cost of a run may grow.
    pub max_cost_increase: Option<f64>,
    /// How probable an improvement must be.
    pub probability: f64,
    /// The largest p-value, if significance is demanded.
    pub significance: Option<f64>,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            min_baseline: None,
            min_improvement: 0.0,
            max_cost_increase: None,
            probability: 0.8,
            significance: None,
        }
    }
}

/// Whether something was accepted, and why not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Verdict {
    /// Whether it was.
    pub accepted: bool,
    /// Why not, or why.
    pub reasons: Vec<String>,
}

impl Gate {
    /// Takes whatever was found.
    pub fn off() -> Self {
        Self { probability: 0.0, min_improvement: f64::NEG_INFINITY, ..Self::default() }
    }

    /// Whether a search may begin.
    pub fn check_baseline(&self, score: f64) -> Verdict {
        let accepted = self.min_baseline.is_none_or(|least| score >= least);
        Verdict { accepted, reasons: Vec::new() }
    }
}
