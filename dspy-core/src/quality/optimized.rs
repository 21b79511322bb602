//! What an optimizer found, before a gate.

use super::check::QualityCheck;
use super::gate::QualityGate;
use super::verdict::QualityVerdict;
use crate::optimize::{Gate, Judgement, Report};

impl QualityGate {
    /// Judges what an optimizer reports, by the rows that did not choose the program. What a report
    /// does not tell (single rows, slices, failures, times, money by row) cannot be asked here: evaluate
    /// `report.program` beside the baseline for that.
    pub fn check_report<P>(&self, report: &Report<P>) -> QualityVerdict {
        let mut checks = Vec::new();
        let judgement = report.judgement.as_ref();
        if let Some(least) = self.min_score {
            checks.push(match judgement {
                Some(judgement) => {
                    let is_new = judgement.verdict.accepted;
                    let found = if is_new { judgement.winner } else { judgement.baseline };
                    let message = format!("the score is {found:.4}, {least} asked for");
                    QualityCheck::new("min_score", found >= least, message)
                }
                None => QualityCheck::new("min_score", false, "the optimizer compared nothing"),
            });
        }
        if let Some(gate) = &self.improvement {
            checks.push(match judgement {
                Some(judgement) => improvement(gate, judgement),
                None => QualityCheck::new(
                    "improvement",
                    false,
                    "the optimizer found nothing to compare with the program it was given",
                ),
            });
        }
        let asked = [
            ("min_sure_score", self.min_sure_score.is_some()),
            ("max_failures", self.max_failures.is_some()),
            ("max_usd_per_row", self.max_usd_per_row.is_some()),
            ("max_tokens_per_row", self.max_tokens_per_row.is_some()),
            ("max_latency_p95", self.max_latency_p95_s.is_some()),
            ("slices", !self.slices.is_empty()),
            ("pinned", !self.pinned.is_empty()),
            ("must_score", !self.must_score.is_empty()),
        ];
        for (name, _) in asked.into_iter().filter(|(_, is_asked)| *is_asked) {
            checks.push(QualityCheck::new(
                name,
                false,
                "a report does not tell this: evaluate the program it holds, and check that",
            ));
        }
        QualityVerdict::new(checks)
    }
}

/// By the figures of a judgement: its probability is of an improvement beyond what the optimizer's own
/// gate asked for.
fn improvement(gate: &Gate, judgement: &Judgement) -> QualityCheck {
    let mut failed = Vec::new();
    if !judgement.verdict.accepted {
        failed.push(format!(
            "the optimizer's gate rejected it: {}",
            judgement.verdict.reasons.join("; ")
        ));
    }
    if judgement.difference <= gate.min_improvement {
        failed.push(format!("not above {:+.4}", gate.min_improvement));
    }
    if gate.probability > 0.0 && judgement.probability <= gate.probability {
        failed.push(format!("not probable to more than {:.0} %", 100.0 * gate.probability));
    }
    if gate.significance.is_some_and(|most| judgement.p_value > most) {
        failed.push("not significant".to_owned());
    }
    if let Some(most) = gate.max_cost_increase
        && judgement.cost_ratio.is_none_or(|ratio| ratio > most)
    {
        failed.push(format!("not known to cost at most {most:.2} times as much"));
    }
    let found = format!(
        "{:.4} instead of {:.4} ({:+.4}) on {} rows, p {:.4}, probability {:.3}",
        judgement.winner,
        judgement.baseline,
        judgement.difference,
        judgement.rows,
        judgement.p_value,
        judgement.probability
    );
    if failed.is_empty() {
        return QualityCheck::new("improvement", true, found);
    }
    QualityCheck::new("improvement", false, format!("{found}: {}", failed.join("; ")))
}
