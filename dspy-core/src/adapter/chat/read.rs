//! An answer's sections as output fields.

use super::perfect;
use crate::adapter::found::{Found, Piece, is_required, unformatted};
use crate::adapter::markers::{
    COMPLETED, Marker, Next, begins_line, content_start, dress_start, next, original,
};
use crate::adapter::names::{alike, meant};
use crate::adapter::stream::stands_for;
use crate::adapter::thoughts;
use crate::signature::Field;

/// What a header opens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Target {
    Output(usize),
    Completed,
    Stranger,
}

impl Target {
    pub(super) fn of(outputs: &[Field], name: &str) -> Self {
        match meant(outputs, name) {
            Some(at) => Self::Output(at),
            None if alike(name, COMPLETED) => Self::Completed,
            None => Self::Stranger,
        }
    }
}

struct Header<'t> {
    marker: Marker<'t>,
    target: Target,
    own_line: bool,
}

/// Finds the outputs in an answer's text.
pub(super) fn find<'t>(outputs: &[Field], text: &'t str) -> Found<'t> {
    perfect::find(outputs, text).unwrap_or_else(|| find_anyhow(outputs, text))
}

fn find_anyhow<'t>(outputs: &[Field], text: &'t str) -> Found<'t> {
    let is_marked = |text: &str| matches!(next(text, 0, true), Next::Marker(_));
    let (thoughts, text) = thoughts::apart(outputs, text, is_marked);
    let headers = chosen(outputs, headers(outputs, text), text);
    let mut found = Found::nothing(outputs);
    for (index, header) in headers.iter().enumerate() {
        let end = headers.get(index + 1).map_or(text.len(), |h| dress_start(text, &h.marker));
        let start = content_start(text, &header.marker, true).unwrap_or(header.marker.end);
        let content = text.get(start..end).unwrap_or_default().trim();
        match header.target {
            // A model that goes on after its answer goes on with a question of its own.
            Target::Completed if found.any() => {
                found.closed = true;
                break;
            }
            Target::Completed => {}
            Target::Stranger if content.is_empty() => {}
            Target::Stranger => found.stranger("section", header.marker.name),
            // The layout repeated is no answer yet.
            Target::Output(at) if is_placeholder(outputs, at, content) => {}
            Target::Output(at) => {
                found.open = (index + 1 == headers.len()).then_some(at);
                found.put(outputs, at, Piece::Text(original(content)));
            }
        }
    }
    if !found.any() {
        return unformatted(outputs, text.trim(), "no section headers", original);
    }
    let before = headers.first().map_or(0, |first| dress_start(text, &first.marker));
    let before = text.get(..before).unwrap_or_default();
    found.take_thoughts(outputs, if before.trim().is_empty() { thoughts } else { before });
    found
}

fn is_placeholder(outputs: &[Field], at: usize, content: &str) -> bool {
    outputs.get(at).is_some_and(|field| stands_for(field.name(), content))
}

/// Every marker of a text that may be a header, in order.
fn headers<'t>(outputs: &[Field], text: &'t str) -> Vec<Header<'t>> {
    let mut headers = Vec::new();
    let mut from = 0;
    while let Next::Marker(marker) = next(text, from, true) {
        from = marker.end;
        if !marker.escaped {
            let own_line = begins_line(text, &marker);
            let target = Target::of(outputs, marker.name);
            headers.push(Header { marker, target, own_line });
        }
    }
    headers
}

/// The headers that count: those on lines of their own, and others only where a required output has
/// no better one, or where the closing marker ends the text.
fn chosen<'t>(outputs: &[Field], headers: Vec<Header<'t>>, text: &str) -> Vec<Header<'t>> {
    let mut lacking: Vec<bool> = outputs.iter().map(is_required).collect();
    for header in headers.iter().filter(|header| header.own_line) {
        if let Target::Output(at) = header.target
            && let Some(lacks) = lacking.get_mut(at)
        {
            *lacks = false;
        }
    }
    let counts = |header: &Header<'_>| match header.target {
        _ if header.own_line => true,
        Target::Output(at) => lacking.get(at) == Some(&true) && !is_quoted(text, &header.marker),
        Target::Completed => is_last(text, &header.marker),
        Target::Stranger => false,
    };
    headers.into_iter().filter(counts).collect()
}

/// Whether a marker in the middle of a line stands in backticks: the text speaks of it.
pub(super) fn is_quoted(text: &str, marker: &Marker<'_>) -> bool {
    text.get(..marker.start).is_some_and(|before| before.ends_with('`'))
        && text.get(marker.end..).is_some_and(|after| after.starts_with('`'))
}

fn is_last(text: &str, marker: &Marker<'_>) -> bool {
    let after = text.get(marker.end..).unwrap_or_default();
    after.trim_start_matches(['*', '_', '`', '.', ' ', '\t', '\r', '\n']).is_empty()
}
