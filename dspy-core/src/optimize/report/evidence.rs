//! [`Judgement`]: how winner and baseline compare on rows that did not choose between them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::super::finish::Pair;
use super::super::gate::{Gate, Verdict};
use super::super::stage::Part;
use crate::error::Result;
use crate::evaluate::PairedEvidence;

/// Which rows a judgement rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Basis {
    /// Holdout rows, which the search never saw.
    Holdout,
    /// Validation rows in parts, each judged by what the others would have chosen.
    CrossFitted,
    /// Both, as the holdout rows were few.
    HoldoutAndCrossFitted,
}

/// How the candidate found compares with the program as given on rows that did not choose it, and
/// what the gate made of that.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Judgement {
    /// The rows it rests on.
    pub basis: Basis,
    /// How many there are.
    pub rows: usize,
    /// Which candidate was found, whether it was accepted or not.
    pub found: usize,
    /// The mean score of the program as given on these rows.
    pub baseline: f64,
    /// That of the candidate found.
    pub winner: f64,
    /// The mean of the paired differences.
    pub difference: f64,
    /// Its 95 % interval.
    pub interval: [f64; 2],
    /// How probable it is that the true difference is above the gate's least improvement.
    pub probability: f64,
    /// The two-sided p-value of no difference.
    pub p_value: f64,
    /// How much better the winner looked on the rows that chose it than on the holdout.
    pub optimism: Option<f64>,
    /// Times the cost of a run, where it is known.
    pub cost_ratio: Option<f64>,
    /// Rows that got better: `holdout 3`.
    pub better: Vec<String>,
    /// Rows that got worse.
    pub worse: Vec<String>,
    /// What the gate said.
    pub verdict: Verdict,
}

impl Judgement {
    pub(in crate::optimize) fn new(
        basis: Basis,
        pairs: &[Pair],
        gate: &Gate,
        cost_ratio: Option<f64>,
        optimism: Option<f64>,
        found: usize,
    ) -> Result<Self> {
        let before: Vec<f64> = pairs.iter().map(|pair| pair.before).collect();
        let after: Vec<f64> = pairs.iter().map(|pair| pair.after).collect();
        let evidence = PairedEvidence::new(&before, &after)?;
        let verdict = gate.decide(&evidence, cost_ratio);
        let name = |place: &usize| {
            let pair = pairs.get(*place);
            pair.map(|pair| format!("{} {}", Part::name(pair.part), pair.item)).unwrap_or_default()
        };
        Ok(Self {
            basis,
            rows: pairs.len(),
            found,
            baseline: evidence.baseline,
            winner: evidence.candidate,
            difference: evidence.comparison.difference,
            interval: evidence.comparison.interval,
            probability: evidence.probability_above(gate.min_improvement),
            p_value: evidence.p_value,
            optimism,
            cost_ratio,
            better: evidence.comparison.better.iter().map(name).collect(),
            worse: evidence.comparison.worse.iter().map(name).collect(),
            verdict,
        })
    }
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = match self.basis {
            Basis::Holdout => "holdout rows",
            Basis::CrossFitted => "validation rows, cross-fitted",
            Basis::HoldoutAndCrossFitted => "holdout rows and cross-fitted validation rows",
        };
        let [low, high] = self.interval;
        writeln!(f, "judged on {} {rows}:", self.rows)?;
        writeln!(
            f,
            "    {:.3} -> {:.3}, difference {:+.3} ({low:+.3} to {high:+.3}), p {:.3}, \
             better with probability {:.2}",
            self.baseline, self.winner, self.difference, self.p_value, self.probability
        )?;
        write!(f, "    better on {} rows, worse on {}", self.better.len(), self.worse.len())?;
        if let Some(optimism) = self.optimism {
            write!(f, "; looked {optimism:+.3} better where it was chosen")?;
        }
        if let Some(ratio) = self.cost_ratio {
            write!(f, "; a run costs {ratio:.2} times as much")?;
        }
        let said = if self.verdict.accepted { "accepted" } else { "not accepted" };
        write!(f, "\n    {said}")?;
        for reason in &self.verdict.reasons {
            write!(f, ": {reason}")?;
        }
        Ok(())
    }
}
