//! What the rows that did not choose say of the winner.

use dspy_core::optimize::{Basis, Judgement};
use maud::{Markup, html};

use crate::number;

/// Rows named, at most.
const NAMED: usize = 60;

/// Which rows, in words.
pub(super) fn rows(said: &Judgement) -> String {
    let what = match said.basis {
        Basis::Holdout => "holdout rows",
        Basis::CrossFitted => "validation rows, cross-fitted",
        Basis::HoldoutAndCrossFitted => "holdout and cross-fitted validation rows",
        _ => "rows",
    };
    format!("{} {what}", number::size(said.rows))
}

pub(super) fn told(said: &Judgement) -> Markup {
    let decided = if said.verdict.accepted { "Accepted" } else { "Not accepted" };
    html! {
        p .verdict {
            strong { (decided) }
            @if !said.verdict.reasons.is_empty() { ": " (said.verdict.reasons.join("; ")) }
            "."
        }
        ul {
            li { "Judged on " (rows(said)) "." }
            li { "Better than the gate asks with a probability of " (number::probability(said.probability)) "." }
            @if let Some(optimism) = said.optimism {
                li { "On the rows that chose it, it scored " (number::difference(optimism)) " against the holdout." }
            }
            @if let Some(ratio) = said.cost_ratio { li { "A run costs " (format!("{ratio:.2}")) " times as much." } }
        }
        (named("Worse", &said.worse))
        (named("Better", &said.better))
    }
}

fn named(how: &str, rows: &[String]) -> Markup {
    html! {
        @if !rows.is_empty() {
            details {
                summary { (how) " on " (number::of(rows.len(), "row", "rows")) }
                p {
                    (rows.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", "))
                    @if rows.len() > NAMED { ", and " (number::size(rows.len() - NAMED)) " more" }
                }
            }
        }
    }
}
