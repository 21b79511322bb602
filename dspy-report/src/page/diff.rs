//! What changed in a program: line by line, with the words that differ marked.

use dspy_core::module::{Change, ParameterKind, ProgramDiff};
use maud::{Markup, html};
use similar::{ChangeTag, TextDiff};

use super::prose;
use crate::number;

/// Unchanged lines shown around a change.
const AROUND: usize = 3;
/// Lines from which on a change is folded.
const LONG: usize = 40;

pub(super) fn diff(diff: &ProgramDiff) -> Markup {
    html! {
        @if diff.is_empty() {
            p .muted { "Both programs have the same parameters." }
        }
        @for change in diff.changes() { (one(change)) }
    }
}

fn one(change: &Change) -> Markup {
    let before = change.before.as_ref().map(prose::lines).unwrap_or_default();
    let after = change.after.as_ref().map(prose::lines).unwrap_or_default();
    let lines = before.lines().count().max(after.lines().count());
    let open = lines <= LONG;
    html! {
        details .change open[open] {
            summary {
                code { (change.path) } " "
                span { (kind(&change.kind)) } " "
                span .muted { (told(change, &before, &after)) }
            }
            (text(&before, &after))
        }
    }
}

fn kind(kind: &ParameterKind) -> String {
    kind.to_string().replace('_', " ")
}

/// In words what happened to the parameter.
fn told(change: &Change, before: &str, after: &str) -> String {
    let count = |value: &Option<serde_json::Value>| {
        value.as_ref().and_then(|value| value.as_array().map(Vec::len))
    };
    match (count(&change.before), count(&change.after)) {
        (Some(before), Some(after)) => {
            format!("{} instead of {}", number::size(after), number::size(before))
        }
        (None, Some(after)) if change.before.is_none() => format!("{} added", number::size(after)),
        _ if change.before.is_none() || before.is_empty() => "added".to_owned(),
        _ if change.after.is_none() || after.is_empty() => "removed".to_owned(),
        _ => "changed".to_owned(),
    }
}

/// The difference of two texts.
pub(super) fn text(before: &str, after: &str) -> Markup {
    // A last line without an end is no other line than one with it.
    let ended = |text: &str| {
        if text.is_empty() { String::new() } else { format!("{}\n", text.trim_end_matches('\n')) }
    };
    let (before, after) = (ended(before), ended(after));
    let diff = TextDiff::from_lines(&before, &after);
    let groups = diff.grouped_ops(AROUND);
    let mut shown = 0;
    html! {
        div .diff role="group" aria-label="Difference: removed lines begin with a minus, added ones with a plus" {
            @for group in &groups {
                @let begin = group.first().map_or(0, |op| op.old_range().start);
                @if begin > shown { p .fold { (number::of(begin - shown, "unchanged line", "unchanged lines")) } }
                @for change in group.iter().flat_map(|op| diff.iter_inline_changes_deadline(op, None)) {
                    (line(change.tag(), &change.iter_strings_lossy().collect::<Vec<_>>()))
                }
                ({ shown = group.last().map_or(shown, |op| op.old_range().end); "" })
            }
            @let left = before.lines().count().saturating_sub(shown);
            @if left > 0 { p .fold { (number::of(left, "unchanged line", "unchanged lines")) } }
        }
    }
}

fn line(tag: ChangeTag, words: &[(bool, std::borrow::Cow<'_, str>)]) -> Markup {
    let (class, sign) = match tag {
        ChangeTag::Delete => ("del", "−"),
        ChangeTag::Insert => ("ins", "+"),
        ChangeTag::Equal => ("same", " "),
    };
    html! {
        div class={ "line " (class) } {
            span .sign { (sign) }
            span .text {
                @for (marked, word) in words {
                    @let word = word.trim_end_matches(['\n', '\r']);
                    @if *marked { mark { (word) } } @else { (word) }
                }
            }
        }
    }
}
