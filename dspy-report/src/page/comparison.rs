//! The page of a comparison.

use dspy_core::evaluate::Difference;
use maud::{Markup, html};

use super::frame::{Page, Section};
use super::tiles::{Tile, tiles};
use super::whisker::{Scale, whisker};
use super::{confusion, costs, diff, items, slices};
use crate::number;
use crate::results::{Results, Table};

pub(super) fn page<'a>(
    results: &'a [Results; 2],
    difference: &'a Difference,
    table: &'a Table,
) -> Page<'a> {
    let [before, after] = results;
    let mut sections = Vec::new();
    if let Some(program) = &difference.program {
        sections.push(Section::new("prompts", "What changed", diff::diff(program)));
    }
    if !difference.slices.is_empty() {
        sections.push(Section::new("slices", "Slices", slices::differences(&difference.slices)));
    }
    sections.push(Section::new("rows", "Items", items::items(table, true)));
    if !before.confusions.is_empty() || !after.confusions.is_empty() {
        let body = html! {
            @for (name, side) in [("Candidate", after), ("Baseline", before)] {
                details open[name == "Candidate"] { summary { (name) } (confusion::tables(&side.confusions)) }
            }
        };
        sections.push(Section::new("confusion", "Confusion", body));
    }
    let body = html! {
        h3 { "Baseline" } (costs::tables(&before.costs))
        h3 { "Candidate" } (costs::tables(&after.costs))
    };
    sections.push(Section::new("cost", "Cost", body));
    let mut facts = Vec::new();
    match (before.model(), after.model()) {
        (Some(before), Some(after)) if before != after => {
            facts.push(format!("Model {after} instead of {before}"))
        }
        (_, Some(model)) => facts.push(format!("Model {model}")),
        _ => {}
    }
    facts.push(number::of(before.rows, "row", "rows"));
    Page {
        kind: "Comparison",
        facts,
        warnings: &after.warnings,
        summary: summary(results, difference),
        sections,
        table: Some(table),
    }
}

fn summary([before, after]: &[Results; 2], difference: &Difference) -> Markup {
    let evidence = &difference.evidence;
    let found = &evidence.comparison;
    let change = Scale::of_differences(found.interval);
    let scores = Scale::of_scores([before.interval, after.interval].concat());
    let mut shown = vec![
        Tile::new("Mean difference", number::difference(found.difference))
            .drawing(whisker(change, found.difference, found.interval))
            .note(format!("95 % interval {}", number::difference_interval(found.interval)))
            .note(format!("{} ({})", number::p_value(evidence.p_value), evidence.test)),
        score("Baseline", before, scores),
        score("Candidate", after, scores),
        Tile::new("Rows that differ", number::size(difference.flipped.len()))
            .note(format!(
                "{} better, {} worse",
                number::size(found.better.len()),
                number::size(found.worse.len())
            ))
            .note(format!("{} equal", number::size(evidence.ties))),
    ];
    if let Some(ratio) = difference.cost_ratio {
        let unit = if after.usage.usd > 0.0 { "in US dollars" } else { "in tokens" };
        shown.push(
            Tile::new("Cost", format!("{ratio:.2} ×"))
                .note("the candidate's by the baseline's")
                .note(unit),
        );
    }
    html! {
        (tiles(&shown))
        p .verdict { (verdict(difference)) }
        @for warning in &before.warnings { p .warning role="note" { strong { "Baseline: " } (warning) } }
    }
}

fn score(name: &'static str, results: &Results, scale: Scale) -> Tile {
    Tile::new(name, number::score(results.score))
        .drawing(whisker(scale, results.score, results.interval))
        .note(number::interval(results.interval))
        .note_if(results.failed > 0, format!("{} failed", number::size(results.failed)))
}

/// In a sentence what the figures say.
fn verdict(difference: &Difference) -> String {
    let evidence = &difference.evidence;
    let [low, high] = evidence.comparison.interval;
    let sure = number::probability(evidence.probability_above(0.0));
    let what = if low > 0.0 {
        "The candidate is better: the whole interval lies above zero."
    } else if high < 0.0 {
        "The candidate is worse: the whole interval lies below zero."
    } else if evidence.comparison.difference == 0.0 {
        "Both score the same on average."
    } else {
        "These rows do not settle which is better: the interval holds zero."
    };
    format!("{what} It is better on rows yet unseen with a probability of {sure}.")
}
