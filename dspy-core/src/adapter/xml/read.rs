//! The elements of an answer as output fields.

use super::elements;
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
    let typed: Vec<bool> = outputs.iter().map(|field| !field.is_text()).collect();
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
        let (end, mut after) = match tag.kind {
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
            let typed = outputs.get(field).filter(|_| typed.get(field) == Some(&true));
            let listed = if missing || typed.is_none() || found.has(field) {
                None
            } else {
                items((outputs, field), (&tags, after), text, content)
            };
            let piece = match listed {
                Some((piece, last)) => {
                    after = last;
                    piece
                }
                None => piece(typed, content),
            };
            found.put(outputs, field, piece);
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

/// What an element holds; `typed` is its field where that is no plain text.
fn piece<'t>(typed: Option<&Field>, content: &'t str) -> Piece<'t> {
    let text = value(content);
    match typed.and_then(|field| elements::value(field, content)) {
        Some(value) => Piece::Read { text, value },
        None => Piece::Text(text),
    }
}

/// An element and those of the same field right after it as the items of one list, and the tag to go
/// on with; `None` where they are none.
fn items<'t>(
    (outputs, field): (&[Field], usize),
    (tags, mut next): (&[(Tag<'t>, usize)], usize),
    text: &'t str,
    content: &'t str,
) -> Option<(Piece<'t>, usize)> {
    let mut contents = vec![content];
    while let Some((open, of)) = tags.get(next)
        && (*of, open.kind) == (field, Kind::Open)
        && let Some((last, _)) = next.checked_sub(1).and_then(|last| tags.get(last))
        && text.get(last.end..open.start).is_some_and(|between| between.trim().is_empty())
        && let (Some(close), after) = end_of(tags, next + 1, field)
    {
        contents.extend(text.get(open.end..close));
        next = after;
    }
    if contents.len() == 1 {
        return None;
    }
    let value = elements::items(outputs.get(field)?, &contents)?;
    Some((Piece::Read { text: contents.join("\n").into(), value }, next))
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
