//! Which answers are taken for which.

use dspy_core::evaluate::Confusion;
use maud::{Markup, html};

use crate::number;

/// Steps of shading.
const SHADES: f64 = 5.0;

pub(super) fn tables(confusions: &[Confusion]) -> Markup {
    html! { @for confusion in confusions { (table(confusion)) } }
}

fn table(confusion: &Confusion) -> Markup {
    let failed = confusion.failed.iter().any(|count| *count > 0);
    let names = &confusion.names;
    html! {
        p .muted {
            "Field " code { (confusion.field) } ": a row for each label, a column for each answer. "
            "Right answers lie on the diagonal; shading is the share of the label's rows."
        }
        div .scroll tabindex="0" role="region" aria-label={ "Confusion of " (confusion.field) } {
            table .confusion {
                thead { tr {
                    th scope="col" { "Label" }
                    @for name in names { th .turned scope="col" { span { (name) } } }
                    @if failed { th .turned scope="col" { span { "failed" } } }
                    th .turned scope="col" { span { "recall" } }
                } }
                tbody { @for (row, name) in names.iter().enumerate() {
                    @let counts = confusion.counts.get(row).map(Vec::as_slice).unwrap_or_default();
                    @let lost = confusion.failed.get(row).copied().unwrap_or_default();
                    @let all = counts.iter().sum::<usize>() + lost;
                    tr {
                        th scope="row" { (name) }
                        @for (column, count) in counts.iter().enumerate() {
                            (cell(*count, all, row == column))
                        }
                        @if failed { (cell(lost, all, false)) }
                        td .num.muted { (confusion.recall(name).map(number::percent).unwrap_or_default()) }
                    }
                } }
            }
        }
    }
}

fn cell(count: usize, all: usize, right: bool) -> Markup {
    let share = count as f64 / all.max(1) as f64;
    let shade = (share * SHADES).ceil() as u32;
    let class = format!("cell {} s{shade}", if right { "right" } else { "wrong" });
    html! { td class=(class) { @if count > 0 { (number::size(count)) } @else { span .zero { "0" } } } }
}
