//! `[[ ## name ## ]]` markers: writing, neutralizing and finding them.

use std::borrow::Cow;

use memchr::memchr;

/// The name of the section that closes an answer.
pub(super) const COMPLETED: &str = "completed";

/// Bytes after which a `[[` without its `]]` is no marker.
const LONGEST: usize = 200;

/// Characters that dress a header up without being part of any value.
const DRESS: &[char] = &['*', '`', '_', '#', '>', '-'];

/// Characters of dress before a header that are looked for behind it, too.
const MOST_DRESS: usize = 8;

/// The header of a section.
pub(super) fn header(name: &str) -> String {
    format!("[[ ## {name} ## ]]")
}

/// Something in a text that reads like a section header, with any spacing inside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marker<'t> {
    /// Where its brackets open.
    pub(super) start: usize,
    /// Where its brackets have closed.
    pub(super) end: usize,
    pub(super) name: &'t str,
    /// Whether a `\` stands before it, which makes it plain text.
    pub(super) escaped: bool,
}

/// What comes next in a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Next<'t> {
    Marker(Marker<'t>),
    /// From this byte on the text may go on to be a marker.
    Open(usize),
    Nothing,
}

/// The next marker at or after `from`. A text that is not `whole` may go on.
pub(super) fn next(text: &str, from: usize, whole: bool) -> Next<'_> {
    let mut at = from;
    while let Some(start) = opening(text, at) {
        let escaped = start
            .checked_sub(1)
            .is_some_and(|before| before >= from && text.as_bytes().get(before) == Some(&b'\\'));
        match inside(text.get(start + 2..).unwrap_or_default()) {
            Inside::Name { name, length } => {
                return Next::Marker(Marker { start, end: start + 2 + length, name, escaped });
            }
            Inside::Short if !whole => return Next::Open(start - usize::from(escaped)),
            // `[[[` opens at its second bracket as well.
            Inside::Short | Inside::Other => at = start + 1,
        }
    }
    if !whole {
        let tail = text.get(from..).unwrap_or_default();
        let open = ["\\[", "[", "\\"].iter().find(|end| tail.ends_with(**end));
        if let Some(open) = open {
            return Next::Open(text.len() - open.len());
        }
    }
    Next::Nothing
}

/// Where two brackets open, at or after a place.
pub(super) fn opening(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    // A search for one character is many times faster than one for two.
    while let Some(found) = memchr(b'[', text.as_bytes().get(at..)?) {
        at += found + 1;
        if text.as_bytes().get(at) == Some(&b'[') {
            return Some(at - 1);
        }
    }
    None
}

enum Inside<'t> {
    Name {
        name: &'t str,
        length: usize,
    },
    /// The text ends before it is decided.
    Short,
    Other,
}

/// What follows `[[`: ` ## name ## ]]` or something else.
fn inside(text: &str) -> Inside<'_> {
    let mut rest = text;
    for expected in ["##", "", "##", "]]"] {
        rest = rest.trim_start_matches([' ', '\t']);
        if text.len() - rest.len() > LONGEST {
            return Inside::Other;
        }
        if expected.is_empty() {
            // The name: it ends where the next hash stands.
            let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
            let end = rest.find(|c: char| !is_name(c));
            match end {
                Some(0) => return Inside::Other,
                Some(end) => rest = rest.get(end..).unwrap_or_default(),
                None if text.len() > LONGEST => return Inside::Other,
                None => return Inside::Short,
            }
        } else if let Some(after) = rest.strip_prefix(expected) {
            rest = after;
        } else if expected.starts_with(rest) {
            return Inside::Short;
        } else {
            return Inside::Other;
        }
    }
    let length = text.len() - rest.len();
    let written = text.get(..length).unwrap_or_default();
    let name = written.trim_end_matches(']').trim().trim_matches('#').trim();
    if length > LONGEST || name.is_empty() {
        return Inside::Other;
    }
    Inside::Name { name, length }
}

/// Whether nothing but dress stands between a marker and the start of its line.
pub(super) fn begins_line(text: &str, marker: &Marker<'_>) -> bool {
    let before = text.get(..marker.start).unwrap_or_default();
    let bare = before.trim_end_matches([' ', '\t']).trim_end_matches(is_dress);
    bare.is_empty() || bare.ends_with('\n')
}

/// Where the dress before a marker begins.
pub(super) fn dress_start(text: &str, marker: &Marker<'_>) -> usize {
    let before = text.get(..marker.start).unwrap_or_default();
    before.trim_end_matches(is_dress).len()
}

/// Where the content begins after a marker: behind the dress that mirrors the one before it, and
/// behind a colon. `None` where the text must go on to tell.
pub(super) fn content_start(text: &str, marker: &Marker<'_>, whole: bool) -> Option<usize> {
    let before = text.as_bytes().get(..marker.start).unwrap_or_default();
    let run = before.iter().rev().take(MOST_DRESS).take_while(|byte| b"*_`".contains(byte)).count();
    let dress = text.get(marker.start - run..marker.start).unwrap_or_default();
    let rest = text.get(marker.end..).unwrap_or_default();
    if !whole && rest.len() < dress.len() + 2 {
        return None;
    }
    let undressed = rest.strip_prefix(dress).unwrap_or(rest);
    let mut start = text.len() - undressed.len();
    if undressed.starts_with(':') && !undressed.starts_with("::") {
        start += 1;
    }
    Some(start)
}

/// Characters that may stand before a header on its line, spaces included.
pub(super) fn is_dress(c: char) -> bool {
    c == ' ' || c == '\t' || DRESS.contains(&c)
}

/// A text in which no marker is one: each gets a `\` before it.
pub(super) fn neutral(text: &str) -> Cow<'_, str> {
    rewritten(text, |marker, out| {
        out.push('\\');
        marker.start
    })
}

/// What [`neutral`] was made from.
pub(super) fn original(text: &str) -> Cow<'_, str> {
    if memchr(b'\\', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    rewritten(text, |marker, out| {
        if marker.escaped {
            out.pop();
        }
        marker.start
    })
}

/// The text with something done before each marker.
fn rewritten(text: &str, before: impl Fn(&Marker<'_>, &mut String) -> usize) -> Cow<'_, str> {
    let mut out = String::new();
    let mut done = 0;
    let mut from = 0;
    while let Next::Marker(marker) = next(text, from, true) {
        out.push_str(text.get(done..marker.start).unwrap_or_default());
        done = before(&marker, &mut out);
        from = marker.end;
    }
    if done == 0 && out.is_empty() {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}
