//! Scores by slice.

use dspy_core::evaluate::{Slice, SliceDifference};
use maud::{Markup, html};

use super::whisker::{Scale, whisker};
use crate::number;

pub(super) fn table(slices: &[Slice]) -> Markup {
    let scale = Scale::of_scores(slices.iter().flat_map(|slice| slice.interval));
    html! {
        div .scroll tabindex="0" role="region" aria-label="Scores by slice" {
            table .sortable {
                thead { tr {
                    th scope="col" data-sort="text" { "Slice" }
                    th .num scope="col" data-sort="number" { "Score" }
                    th scope="col" { "95 % interval" }
                    th .num scope="col" data-sort="number" { "Rows" }
                    th .num scope="col" data-sort="number" { "Failed" }
                } }
                tbody { @for slice in slices { tr {
                    th scope="row" { (slice.name) }
                    td .num data-value=(slice.score) { (number::score(slice.score)) }
                    td .drawn {
                        (whisker(scale, slice.score, slice.interval))
                        span .muted { (number::interval(slice.interval)) }
                    }
                    td .num data-value=(slice.rows) { (number::size(slice.rows)) }
                    td .num data-value=(slice.failed) { (number::size(slice.failed)) }
                } } }
            }
        }
    }
}

pub(super) fn differences(slices: &[SliceDifference]) -> Markup {
    html! {
        div .scroll tabindex="0" role="region" aria-label="Scores by slice, before and after" {
            table .sortable {
                thead { tr {
                    th scope="col" data-sort="text" { "Slice" }
                    th .num scope="col" data-sort="number" { "Baseline" }
                    th .num scope="col" data-sort="number" { "Candidate" }
                    th .num scope="col" data-sort="number" { "Change" }
                    th .num scope="col" data-sort="number" { "Rows" }
                } }
                tbody { @for SliceDifference { before, after, .. } in slices {
                    @let change = after.score - before.score;
                    tr {
                        th scope="row" { (before.name) }
                        td .num data-value=(before.score) title=(number::interval(before.interval)) { (number::score(before.score)) }
                        td .num data-value=(after.score) title=(number::interval(after.interval)) { (number::score(after.score)) }
                        td .num.worse[change < 0.0].better[change > 0.0] data-value=(change) { (number::difference(change)) }
                        td .num data-value=(before.rows) { (number::size(before.rows)) }
                    }
                } }
            }
        }
    }
}
