//! The elements of an answer as output fields.

use super::tags::{Kind, Next, Tag, next, value};
use crate::adapter::found::{Found, Piece, unformatted};
use crate::adapter::names::meant;
use crate::adapter::stream::placeholder;
use crate::adapter::thoughts;
use crate::signature::Field;

/// Tags that are looked at to find the end of an element that holds others of its own name.
const LOOKED_AT: usize = 16;

/// Finds the outputs in an answer's text.
pub(super) fn find<'t>(outputs: &[Field], text: &'t str) -> Found<'t> {
    let is_marked = |text: &str| {
        matches!(next(text, 0, true, |name| meant(outputs, name).is_some()), Next::Tag(_))
    };
    let (thoughts, text) = thoughts::apart(outputs, text, is_marked);
    let tags = tags(outputs, text);
    let last_end =
        |field: usize| tags.iter().rposition(|(tag, of)| *of == field && tag.kind == Kind::Close);
    let last_ends: Vec<_> = (0..outputs.len()).map(last_end).collect();
    let mut found = Found::nothing(outputs);
    let mut at = 0;
    let mut before = None;
    while let Some((tag, field)) = tags.get(at).copied() {
        at += 1;
        if tag.kind == Kind::Close {
            continue;
        }
        before.get_or_insert(tag.start);
        let (end, after) = match tag.kind {
            Kind::Empty => (Some(tag.end), at),
            _ if last_ends.get(field).copied().flatten().is_none_or(|last| last < at) => (None, at),
            _ => end_of(&tags, at, field),
        };
        let missing = end.is_none();
        // Without an end tag a value goes on to the next field, or to the end of the text.
        let next_open = || {
            let later = tags.get(at..).unwrap_or_default();
            later.iter().find(|(tag, _)| tag.kind != Kind::Close).map_or(text.len(), |t| t.0.start)
        };
        let end = end.unwrap_or_else(next_open);
        let content = text.get(tag.end..end).unwrap_or_default();
        if !is_placeholder(outputs, field, content.trim()) {
            found.closed = !missing;
            found.open = missing.then_some(field);
            found.put(outputs, field, Piece::Text(value(content)));
            if missing {
                let name = outputs.get(field).map_or("", Field::name);
                found.warnings.push(format!("the end tag of `{name}` was missing"));
            }
        }
        at = after;
    }
    if !found.any() {
        return unformatted(outputs, text.trim(), "no tags of its fields", value);
    }
    let before = text.get(..before.unwrap_or(0)).unwrap_or_default();
    found.take_thoughts(outputs, if before.trim().is_empty() { thoughts } else { before });
    found
}

fn is_placeholder(outputs: &[Field], at: usize, content: &str) -> bool {
    outputs.get(at).is_some_and(|field| placeholder(field.name()) == content)
}

/// The tags of outputs, in order.
fn tags<'t>(outputs: &[Field], text: &'t str) -> Vec<(Tag<'t>, usize)> {
    let mut tags = Vec::new();
    let mut from = 0;
    while let Next::Tag(tag) = next(text, from, true, |name| meant(outputs, name).is_some()) {
        from = tag.end;
        tags.extend(meant(outputs, tag.name).map(|field| (tag, field)));
    }
    tags
}

/// Where the element of a field ends whose content begins before the tag `from`, and the tag to go
/// on with. An element of the same name inside is part of the value, if it is closed as well.
fn end_of(tags: &[(Tag<'_>, usize)], from: usize, field: usize) -> (Option<usize>, usize) {
    let mut depth = 1_usize;
    let mut first = None;
    let mut looked_at = 0;
    for (at, (tag, _)) in tags.iter().enumerate().skip(from).filter(|(_, t)| t.1 == field) {
        looked_at += 1;
        if looked_at > LOOKED_AT && first.is_some() {
            break;
        }
        match tag.kind {
            Kind::Empty => {}
            Kind::Open => depth += 1,
            Kind::Close => {
                first.get_or_insert((tag.start, at + 1));
                depth -= 1;
                if depth == 0 {
                    return (Some(tag.start), at + 1);
                }
            }
        }
    }
    match first {
        Some((end, after)) => (Some(end), after),
        None => (None, from),
    }
}
