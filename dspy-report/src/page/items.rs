//! The items: a table that the script takes over, and the worst of them for readers without.

use maud::{Markup, html};

use super::prose;
use crate::number;
use crate::results::{Call, Message, Outcome, Row, Table, Turn};

/// Items written out for readers without a script.
const WRITTEN: usize = 25;
/// Messages that are shown one below the other; of more, those in the middle are folded together.
const FEW: usize = 6;

pub(super) fn items(table: &Table, compared: bool) -> Markup {
    let rows = table.worst_first();
    let sliced = rows.iter().any(|row| row.slice.is_some());
    let labelled = rows.iter().any(|row| !row.label.is_empty());
    html! {
        div #items data-compared=[compared.then_some("yes")] {
            noscript {
                p .muted {
                    "Without a script, the first " (number::size(WRITTEN.min(rows.len()))) " of "
                    (number::of(rows.len(), "item", "items")) " are shown, "
                    @if compared { "those that lost most first." } @else { "those that failed first." }
                }
            }
            div .scroll tabindex="0" role="region" aria-label="Items" {
                table .items {
                    thead { tr {
                        th scope="col" { "Row" }
                        @if compared { th .num scope="col" { "Before" } th .num scope="col" { "After" } }
                        @else { th .num scope="col" { "Score" } }
                        @if sliced { th scope="col" { "Slice" } }
                        th scope="col" { "Input" }
                        @if labelled { th scope="col" { "Label" } }
                        th scope="col" { "Answer" }
                    } }
                    @for row in rows.iter().take(WRITTEN) {
                        tbody {
                            (cells(row, table.passing, sliced, labelled))
                            tr .more { td colspan=(4 + u8::from(sliced) + u8::from(labelled) + u8::from(compared)) {
                                details {
                                    summary { "Row " (row.index) ": messages, answers, usage" }
                                    (detail(row, table))
                                }
                            } }
                        }
                    }
                }
            }
        }
    }
}

fn cells(row: &Row, passing: f64, sliced: bool, labelled: bool) -> Markup {
    let last = row.outcomes.last();
    html! {
        tr {
            th scope="row" { (row.index) }
            @for outcome in &row.outcomes { td .num { (score(outcome, passing)) } }
            @if sliced { td .slice { (row.slice.as_deref().unwrap_or_default()) } }
            td .clip.input { (prose::brief(&prose::line(&row.input), 300)) }
            @if labelled { td .clip { (prose::brief(&prose::line(&row.label), 120)) } }
            td .clip {
                @if let Some(outcome) = last {
                    @match &outcome.error {
                        Some(error) => { span .worse { (prose::brief(error, 200)) } }
                        None => { (prose::brief(&prose::answer(&outcome.output, &row.label), 200)) }
                    }
                }
            }
        }
    }
}

fn score(outcome: &Outcome, passing: f64) -> Markup {
    html! {
        @if outcome.error.is_some() { span .worse { "error" } }
        @else { span .worse[outcome.score < passing] { (number::score(outcome.score)) } }
    }
}

fn detail(row: &Row, table: &Table) -> Markup {
    html! {
        div .detail {
            p .muted { "Id " code { (row.id) } @if let Some(slice) = &row.slice { ", slice " (slice) } }
            (fields("Input", &row.input))
            @if !row.label.is_empty() { (fields("Label", &row.label)) }
            div .sides {
                @for (place, outcome) in row.outcomes.iter().enumerate() {
                    section .side {
                        @if row.outcomes.len() > 1 { h4 { (if place == 0 { "Baseline" } else { "Candidate" }) } }
                        (side(outcome, table))
                    }
                }
            }
        }
    }
}

fn fields(title: &str, fields: &dspy_core::signature::Fields) -> Markup {
    html! {
        h5 { (title) }
        dl .fields { @for (name, value) in fields { dt { (name) } dd { (prose::plain(value)) } } }
    }
}

fn side(outcome: &Outcome, table: &Table) -> Markup {
    html! {
        p .figures {
            "Score " strong { (number::score(outcome.score)) }
            @if !outcome.repeats.is_empty() {
                " (" (outcome.repeats.iter().map(|s| number::score(*s)).collect::<Vec<_>>().join(", ")) ")"
            }
            ", " (number::of(outcome.calls_made as usize, "call", "calls"))
            ", " (number::count(outcome.total_tokens())) " tokens"
            @if outcome.usd > 0.0 { ", " (number::usd(outcome.usd)) }
            @if outcome.metric_usd > 0.0 { ", metric " (number::usd(outcome.metric_usd)) }
            ", " (number::time(std::time::Duration::try_from_secs_f64(outcome.seconds).unwrap_or_default()))
        }
        @if let Some(error) = &outcome.error { h5 { "Error" } pre .text.worse { (error) } }
        @if let Some(feedback) = &outcome.feedback { h5 { "Feedback" } pre .text { (feedback) } }
        @if let Some(output) = outcome.output.as_object() { (fields("Answer", output)) }
        @else if !outcome.output.is_null() { h5 { "Answer" } pre .text { (prose::plain(&outcome.output)) } }
        @if outcome.calls.is_empty() {
            p .muted { "The calls were not recorded." }
        }
        @for record in &outcome.calls { (call(record, table)) }
    }
}

fn call(call: &Call, table: &Table) -> Markup {
    html! {
        div .call {
            h5 {
                code { (call.path) }
                @if call.abandoned { " (given up: an assertion sent it back)" }
            }
            @if let Some(error) = &call.error { pre .text.worse { (error) } }
            @for warning in &call.warnings { p .warning { (warning) } }
            @for turn in &call.turns { (exchange(turn, table)) }
        }
    }
}

fn exchange(turn: &Turn, table: &Table) -> Markup {
    let last = turn.sent.len().saturating_sub(1);
    html! {
        p .muted {
            @if let Some(model) = &turn.model { "Model " code { (model) } ". " }
            @if turn.cached { "From the cache. " }
            @if !turn.settings.is_empty() { "Settings " code { (turn.settings) } ". " }
            @if turn.repeated > 0 { "After the " (turn.repeated) " messages above:" }
        }
        @if turn.sent.len() > FEW {
            @let between = turn.sent.get(1..last).unwrap_or_default();
            @if let Some(sent) = turn.sent.first() { (message(*sent, false, table)) }
            details .between {
                summary { (number::size(between.len())) " messages between" }
                @for sent in between { (message(*sent, false, table)) }
            }
            @if let Some(sent) = turn.sent.last() { (message(*sent, true, table)) }
        } @else {
            @for (place, sent) in turn.sent.iter().enumerate() { (message(*sent, place == last, table)) }
        }
        @for answer in &turn.answers { (message(*answer, true, table)) }
        @if turn.answers.is_empty() { p .muted { "There was no answer." } }
    }
}

fn message(Message(role, place): Message, open: bool, table: &Table) -> Markup {
    let text = table.texts.get(place);
    html! {
        details .message.answer[role == "answer"] open[open] {
            summary { (role) " " span .muted { (number::size(text.chars().count())) " characters" } }
            pre .text { (text) }
        }
    }
}
