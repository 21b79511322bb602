//! Who spent what.

use maud::{Markup, html};

use crate::number;
use crate::results::Cost;

/// A table for each way of breaking the cost down.
pub(super) fn tables(costs: &[Cost]) -> Markup {
    html! {
        @for (by, heading) in [("phase", "Phase"), ("predictor", "Predictor"), ("model", "Model")] {
            @let lines: Vec<&Cost> = costs.iter().filter(|cost| cost.by == by).collect();
            @if !lines.is_empty() { (table(heading, &lines)) }
        }
    }
}

fn table(heading: &str, lines: &[&Cost]) -> Markup {
    let paid = lines.iter().any(|line| line.usd > 0.0);
    let parts = lines.iter().any(|line| line.parts.is_some());
    let weight = |line: &Cost| if paid { line.usd } else { line.tokens as f64 };
    let all: f64 = lines.iter().map(|line| weight(line)).sum();
    html! {
        div .scroll tabindex="0" role="region" aria-label={ "Cost by " (heading.to_lowercase()) } {
            table .sortable.costs {
                thead { tr {
                    th scope="col" data-sort="text" { (heading) }
                    th .num scope="col" data-sort="number" { "Calls" }
                    @if parts {
                        th .num scope="col" data-sort="number" { "Tokens read" }
                        th .num scope="col" data-sort="number" { "Written" }
                    }
                    th .num scope="col" data-sort="number" { "Tokens" }
                    @if paid { th .num scope="col" data-sort="number" { "Cost" } }
                    th .num scope="col" data-sort="number" { "Share" }
                    th .wide aria-hidden="true" {}
                } }
                tbody { @for line in lines {
                    @let share = if all > 0.0 { weight(line) / all } else { 0.0 };
                    tr {
                        th scope="row" { (line.name) }
                        td .num data-value=(line.calls) { (number::count(line.calls)) }
                        @if parts {
                            @for place in 0..2 {
                                @let part = line.parts.and_then(|parts| parts.get(place).copied());
                                td .num data-value=(part.unwrap_or_default()) { (part.map(number::count).unwrap_or_default()) }
                            }
                        }
                        td .num data-value=(line.tokens) { (number::count(line.tokens)) }
                        @if paid { td .num data-value=(line.usd) { (number::usd(line.usd)) } }
                        td .num data-value=(share) { (number::percent(share)) }
                        td .wide aria-hidden="true" { (bar(share)) }
                    }
                } }
            }
        }
    }
}

fn bar(share: f64) -> Markup {
    html! {
        svg .bar viewBox="0 0 100 8" preserveAspectRatio="none" focusable="false" {
            rect .track x="0" y="0" width="100" height="8" {}
            rect .fill x="0" y="0" width=(format!("{:.1}", share * 100.0)) height="8" {}
        }
    }
}
