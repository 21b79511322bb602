//! Finding the JSON in a text.

use super::budget::Budget;
use super::error::ParseError;
use super::node::Node;
use super::reader::{Ahead, Read, Vocabulary, is_space, read_at};

/// The JSON values of a text, in order.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) values: Vec<Candidate>,
    /// JSON that was begun and cannot be read. Nothing after it is trusted, as it may be a part
    /// of what is broken.
    pub(crate) broken: Option<ParseError>,
    /// The first of the objects that were skipped as they cannot be read.
    pub(crate) skipped: Option<ParseError>,
}

/// A text with more lists than this is not searched for the one that is meant.
const MAX_LISTS: usize = 10_000;

/// One value and whether it is the whole text.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) read: Read,
    pub(crate) alone: bool,
}

impl Candidate {
    pub(crate) fn is_object(&self) -> bool {
        matches!(self.read.node, Node::Object { .. })
    }
}

/// Reads every object and list of the text that is not part of another one. On demand, objects
/// that cannot be read are skipped where it is clear where they end.
pub(crate) fn scan(
    text: &str,
    known: &Vocabulary,
    budget: &Budget,
    skips: bool,
) -> Result<Found, ParseError> {
    let mut found = Found::default();
    let mut at = 0;
    let mut previous_end = None;
    let mut after_list = false;
    let mut lists = 0;
    let ahead = Ahead::default();
    while let Some(start) = next_bracket(text, at) {
        if let Some(end) = slot_end(text, start) {
            at = end;
            continue;
        }
        match read_at(text, start, known, budget, &ahead) {
            Ok(_) if is_keyed(text, start, known) => {
                found.broken = Some(ParseError::Malformed {
                    problem: "a list is the value of a key outside of any object".to_owned(),
                    near: super::excerpt::excerpt(text.get(start..).unwrap_or_default()),
                });
                return Ok(found);
            }
            Ok(read) => {
                let end = read.end;
                let early = after_list
                    && text.get(at..start).is_some_and(|gap| gap.trim_matches(is_space) == ",");
                if let Some(error) = stray_closer(text, previous_end, start, early) {
                    found.broken = Some(error);
                    return Ok(found);
                }
                let before = text.get(..start).unwrap_or_default();
                let after = text.get(end..).unwrap_or_default();
                let alone = before.chars().all(is_space) && after.chars().all(is_space);
                after_list = matches!(read.node, Node::List(_));
                lists += usize::from(after_list);
                if lists > MAX_LISTS {
                    return Err(ParseError::TooComplex);
                }
                found.values.push(Candidate { read, alone });
                previous_end = Some(end);
                at = end;
            }
            Err(fault) if fault.is_fatal() => return Err(fault.error(text)),
            Err(fault) if fault.committed => match skipped_end(text, start) {
                Some(end) if skips && next_bracket(text, end).is_some() => {
                    found.skipped.get_or_insert_with(|| fault.error(text));
                    previous_end = Some(end);
                    at = end;
                }
                _ => {
                    found.broken = Some(fault.error(text));
                    return Ok(found);
                }
            },
            Err(fault) => match prose_end(text, start) {
                Some(end) => at = end,
                None => {
                    found.broken = Some(fault.error(text));
                    return Ok(found);
                }
            },
        }
    }
    if previous_end.is_some() {
        found.broken = stray_closer(text, previous_end, text.len(), false);
    }
    Ok(found)
}

/// Reads a text that should be one value and nothing else.
pub(crate) fn whole(
    text: &str,
    known: &Vocabulary,
    budget: &Budget,
) -> Result<Option<Read>, ParseError> {
    match read_at(text, 0, known, budget, &Ahead::default()) {
        Ok(read) if text.get(read.end..).is_some_and(|rest| rest.chars().all(is_space)) => {
            Ok(Some(read))
        }
        Ok(_) => Ok(None),
        Err(fault) if fault.is_fatal() => Err(fault.error(text)),
        Err(_) => Ok(None),
    }
}

/// Whether a list stands behind a key, `tags: []`, so that it is a part of something that is not
/// JSON and whose other parts would be lost.
pub(crate) fn is_keyed(text: &str, start: usize, known: &Vocabulary) -> bool {
    let is_list = text.get(start..).is_some_and(|rest| rest.starts_with('['));
    let before = text.get(..start).unwrap_or_default().trim_end_matches([' ', '\t']);
    let Some(before) = before.strip_suffix([':', '=']).filter(|_| is_list) else { return false };
    // A line that is longer than any key need not be looked at as a whole.
    let far = before.len().saturating_sub(known.longest() + INDENTED);
    let near = (far..=before.len()).find_map(|at| before.get(at..)).unwrap_or_default();
    let line = near.rsplit('\n').next().unwrap_or_default();
    if line.len() == near.len() && far > 0 {
        return false;
    }
    let key = line.trim().trim_start_matches(['-', '*', ' ']).trim_end_matches(['*', ' ']);
    known.contains(key)
}

/// The most that is looked at of the marks and spaces before a key.
const INDENTED: usize = 200;

fn next_bracket(text: &str, from: usize) -> Option<usize> {
    text.get(from..)?.find(['{', '[']).map(|offset| from + offset)
}

/// Where an object that cannot be read ends, if its brackets and quotes leave no doubt.
fn skipped_end(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..).filter(|rest| rest.starts_with('{'))?;
    let (mut depth, mut quotes) = (0_usize, 0_usize);
    for (offset, c) in rest.char_indices() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            '"' => quotes += 1,
            _ => {}
        }
        if depth == 0 {
            return quotes.is_multiple_of(2).then_some(start + offset + 1);
        }
    }
    None
}

/// Where a `{name}` ends, which prose has instead of an object.
fn slot_end(text: &str, start: usize) -> Option<usize> {
    let inside = text.get(start..)?.strip_prefix('{')?;
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | ' ' | '.' | '-');
    let (end, _) = inside.char_indices().take(SLOT).find(|(_, c)| !word(*c))?;
    let closed = !inside.get(..end)?.trim().is_empty() && inside.get(end..)?.starts_with('}');
    closed.then_some(start + 1 + end + 1)
}

/// The longest word in braces that is looked over.
const SLOT: usize = 40;

/// Where brackets that are a part of prose end: `{name}`, `[see below]`, `[a [b]]`.
///
/// `None` if they may be JSON that is beyond repair, whose parts must not be taken for the answer.
fn prose_end(text: &str, start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let is_object = rest.starts_with('{');
    let mut depth = 0_usize;
    let mut deepest = 0_usize;
    let (mut colons, mut quotes, mut commas) = (false, false, false);
    for (offset, c) in rest.char_indices() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            ':' => colons = true,
            '"' | '\'' | '“' => quotes = true,
            ',' => commas = true,
            _ => {}
        }
        deepest = deepest.max(depth);
        if depth == 0 {
            let flat_list = !is_object && deepest == 1;
            let json_like = if flat_list {
                quotes && commas
            } else {
                colons || quotes || (commas && deepest > 1)
            };
            return (!json_like).then_some(start + offset + 1);
        }
    }
    None
}

/// Whether the text between two values closes a bracket that it did not open: then a value ended
/// too early, as after an unescaped quote, or began too late. A closer too many right after a
/// value is harmless.
fn stray_closer(
    text: &str,
    end: Option<usize>,
    next: usize,
    list_ended_early: bool,
) -> Option<ParseError> {
    let gap = text.get(end.unwrap_or(0)..next)?;
    if list_ended_early {
        return Some(unescaped(gap));
    }
    let prose = match end {
        Some(_) => gap.trim_start_matches(|c| is_space(c) || matches!(c, '}' | ']')),
        None => gap,
    };
    let mut depth = 0_usize;
    for c in prose.chars() {
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => {
                    return Some(unescaped(prose));
                }
            },
            _ => {}
        }
    }
    // The rest of a text or a key, or items that the list before them should have held.
    let odd = prose.matches('"').count() % 2 == 1;
    let listed = prose.starts_with(',') && !prose.trim_end_matches(is_space).ends_with(',');
    if prose.contains("\":") || (end.is_some() && (odd || listed)) {
        return Some(unescaped(prose));
    }
    None
}

fn unescaped(near: &str) -> ParseError {
    ParseError::Malformed {
        problem: "a bracket or a quote is closed that was not opened; are the quotes inside of \
                  texts escaped?"
            .to_owned(),
        near: super::excerpt::excerpt(near),
    }
}
