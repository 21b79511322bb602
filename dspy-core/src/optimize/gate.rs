//! Whether an optimized program is accepted.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::evaluate::PairedEvidence;

/// What a program must show to replace the baseline.
///
/// By default it does no harm: a program is accepted only where, after paired items, an improvement is
/// more probable than 0.8. Otherwise the baseline stays.
///
/// ```
/// use dspy::evaluate::PairedEvidence;
/// use dspy::optimize::Gate;
///
/// let evidence = PairedEvidence::new(&[0.0, 1.0, 1.0, 0.0], &[1.0, 1.0, 1.0, 0.0])?;
/// let verdict = Gate::default().decide(&evidence, None);
/// assert!(!verdict.accepted, "one row is little evidence: {verdict}");
/// assert!(Gate::off().decide(&evidence, None).accepted);
/// # Ok::<(), dspy::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Gate {
    /// The score below which the baseline is not worth optimizing; none by default.
    pub min_baseline: Option<f64>,
    /// The improvement that must be exceeded, in the metric's unit; 0 by default.
    pub min_improvement: f64,
    /// How many times the baseline's cost per call a program may cost: 1.5 for half more; no limit by
    /// default.
    pub max_cost_increase: Option<f64>,
    /// How probable an improvement by more than `min_improvement` must be, at least; 0.8 by default.
    /// At 0 it is not asked.
    pub probability: f64,
    /// The highest p-value of a two-sided paired test against "no difference"; not asked by default.
    pub significance: Option<f64>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { probability: 0.8, ..Self::off() }
    }
}

impl Gate {
    /// Lets everything pass.
    pub fn off() -> Self {
        Self {
            min_baseline: None,
            min_improvement: 0.0,
            max_cost_increase: None,
            probability: 0.0,
            significance: None,
        }
    }

    /// Asks for a baseline of at least this score before anything is spent on search.
    #[must_use]
    pub fn min_baseline(mut self, score: f64) -> Self {
        self.min_baseline = Some(score);
        self
    }

    /// Asks for more than this improvement, in the metric's unit.
    #[must_use]
    pub fn min_improvement(mut self, improvement: f64) -> Self {
        self.min_improvement = improvement;
        self
    }

    /// Allows so many times the baseline's cost per call.
    #[must_use]
    pub fn max_cost_increase(mut self, ratio: f64) -> Self {
        self.max_cost_increase = Some(ratio);
        self
    }

    /// Asks for an improvement that is at least so probable.
    #[must_use]
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = probability;
        self
    }

    /// Asks for a p-value of at most this.
    #[must_use]
    pub fn significance(mut self, p_value: f64) -> Self {
        self.significance = Some(p_value);
        self
    }

    /// Whether the baseline is worth optimizing.
    pub fn check_baseline(&self, score: f64) -> Verdict {
        let Some(least) = self.min_baseline else {
            return Verdict::from_checks(Vec::new());
        };
        Verdict::from_checks(vec![if score >= least {
            Check::pass(format!("the baseline scores {score:.3}, at least {least:.3} as asked"))
        } else {
            Check::fail(format!(
                "the baseline scores {score:.3}, below the {least:.3} asked for: look for a mistake in \
                 the program, the metric or the data before optimizing"
            ))
        }])
    }

    /// Whether the candidate may replace the baseline. The cost ratio is the candidate's cost per call
    /// by the baseline's; it is needed only where [`max_cost_increase`](Self::max_cost_increase) is
    /// set.
    pub fn decide(&self, evidence: &PairedEvidence, cost_ratio: Option<f64>) -> Verdict {
        let mut checks = Vec::new();
        if self.probability > 0.0 {
            checks.push(self.check_probability(evidence));
        }
        if let Some(most) = self.significance {
            let p = evidence.p_value;
            checks.push(if p <= most && evidence.comparison.difference > 0.0 {
                Check::pass(format!("the improvement is significant: p = {p:.4}, at most {most}"))
            } else if evidence.comparison.difference > 0.0 {
                Check::fail(format!("the improvement is not significant: p = {p:.4}, above {most}"))
            } else {
                Check::fail("the candidate is not better on these rows".to_owned())
            });
        }
        if let Some(most) = self.max_cost_increase {
            checks.push(match cost_ratio {
                Some(ratio) if ratio <= most => Check::pass(format!(
                    "a call costs {ratio:.2} times what the baseline's does, at most {most:.2}"
                )),
                Some(ratio) => Check::fail(format!(
                    "a call costs {ratio:.2} times what the baseline's does, more than the {most:.2} \
                     allowed"
                )),
                None => Check::fail(
                    "what a call costs is not known, but a limit is set: give prices, or remove the \
                     limit"
                        .to_owned(),
                ),
            });
        }
        Verdict::from_checks(checks)
    }

    fn check_probability(&self, evidence: &PairedEvidence) -> Check {
        let least = self.min_improvement;
        let probability = evidence.probability_above(least);
        let what = if least == 0.0 {
            "an improvement".to_owned()
        } else {
            format!("an improvement by more than {least}")
        };
        let found = format!(
            "{what} has a probability of {:.1} % after {} paired rows ({} better, {} worse)",
            100.0 * probability,
            evidence.comparison.rows,
            evidence.comparison.better.len(),
            evidence.comparison.worse.len()
        );
        let asked = 100.0 * self.probability;
        if probability > self.probability {
            Check::pass(format!("{found}, above {asked:.0} %"))
        } else {
            Check::fail(format!("{found}, not above {asked:.0} %"))
        }
    }
}

/// What a gate decided, and why. Prints in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Verdict {
    /// Whether it passes.
    pub accepted: bool,
    /// The reasons: of a rejection all that speaks against, else all that was asked.
    pub reasons: Vec<String>,
}

struct Check {
    passed: bool,
    reason: String,
}

impl Check {
    fn pass(reason: String) -> Self {
        Self { passed: true, reason }
    }

    fn fail(reason: String) -> Self {
        Self { passed: false, reason }
    }
}

impl Verdict {
    fn from_checks(checks: Vec<Check>) -> Self {
        let accepted = checks.iter().all(|check| check.passed);
        let deciding = checks.into_iter().filter(|check| check.passed == accepted);
        let mut reasons: Vec<String> = deciding.map(|check| check.reason).collect();
        if reasons.is_empty() {
            reasons.push("nothing was asked".to_owned());
        }
        Self { accepted, reasons }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.accepted { "accepted" } else { "rejected" };
        write!(f, "{word}: {}", self.reasons.join("; "))
    }
}
