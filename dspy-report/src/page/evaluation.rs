//! The page of an evaluation.

use maud::{Markup, html};

use super::frame::{Page, Section};
use super::tiles::{Tile, tiles};
use super::whisker::{Scale, whisker};
use super::{confusion, costs, items, program, slices};
use crate::number;
use crate::results::{Results, Table};

pub(super) fn page<'a>(results: &'a Results, table: &'a Table) -> Page<'a> {
    let mut sections = Vec::new();
    if !results.slices.is_empty() {
        sections.push(Section::new("slices", "Slices", slices::table(&results.slices)));
    }
    if !results.confusions.is_empty() {
        sections.push(Section::new(
            "confusion",
            "Confusion",
            confusion::tables(&results.confusions),
        ));
    }
    sections.push(Section::new("rows", "Items", items::items(table, false)));
    sections.push(Section::new("cost", "Cost", costs::tables(&results.costs)));
    if let Some(note) = &results.program {
        sections.push(Section::new("program", "Program", program::prompts(note)));
    }
    let mut facts: Vec<String> =
        results.model().map(|model| format!("Model {model}")).into_iter().collect();
    facts.push(number::of(results.rows, "row", "rows"));
    facts.push(format!("{} of wall time", number::time(results.elapsed)));
    Page {
        kind: "Evaluation",
        facts,
        warnings: &results.warnings,
        summary: summary(results),
        sections,
        table: Some(table),
    }
}

fn summary(results: &Results) -> Markup {
    let scale = Scale::of_scores(results.interval);
    html! {
        (tiles(&[
            Tile::new("Mean score", number::score(results.score))
                .drawing(whisker(scale, results.score, results.interval))
                .note(format!("95 % interval {}", number::interval(results.interval))),
            Tile::new("Rows", number::size(results.rows)).note(if results.failed == 0 {
                "none failed".to_owned()
            } else {
                format!("{} failed with an error", number::size(results.failed))
            }),
            spent(results),
            Tile::new("Time for a row", number::time(results.median))
                .note("median")
                .note(format!("95 % within {}", number::time(results.slowest))),
        ]))
    }
}

/// What all rows took, the metric included.
pub(super) fn spent(results: &Results) -> Tile {
    let usd = results.usage.usd + results.metric.usd;
    let tokens = results.usage.total_tokens() + results.metric.tokens;
    let calls = results.usage.calls + results.metric.calls;
    let tile = if usd > 0.0 {
        Tile::new("Cost", number::usd(usd)).note(format!("{} tokens", number::count(tokens)))
    } else {
        Tile::new("Tokens", number::count(tokens))
    };
    tile.note(format!("{} calls", number::count(calls)))
}
