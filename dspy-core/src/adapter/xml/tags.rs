//! Tags and entities.

use std::borrow::Cow;

/// Bytes after which a `<` without its `>` is no tag.
const LONGEST: usize = 300;

/// A tag, as far as it matters here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag<'t> {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) name: &'t str,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    /// Open and close in one.
    Empty,
}

/// What comes next in a text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Next<'t> {
    Tag(Tag<'t>),
    /// From this byte on the text may go on to be a tag.
    Open(usize),
    Nothing,
}

/// What a `<` is the beginning of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start<'t> {
    Tag(Tag<'t>),
    /// The text ends before it is decided.
    Short,
    Other,
}

/// What begins at `start`, where a `<` stands.
pub(super) fn at<'t>(text: &'t str, start: usize, known: impl Fn(&str) -> bool) -> Start<'t> {
    inside(text, start, &known)
}

/// The next tag of a name that is `known`, at or after `from`. A text that is not `whole` may go on.
pub(super) fn next<'t>(
    text: &'t str,
    from: usize,
    whole: bool,
    known: impl Fn(&str) -> bool,
) -> Next<'t> {
    let mut at = from;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('<')) {
        let start = at + found;
        match inside(text, start, &known) {
            Start::Tag(tag) => return Next::Tag(tag),
            Start::Short if !whole => return Next::Open(start),
            Start::Short | Start::Other => at = start + 1,
        }
    }
    Next::Nothing
}

fn inside<'t>(whole: &'t str, start: usize, known: &impl Fn(&str) -> bool) -> Start<'t> {
    let text = whole.get(start + 1..).unwrap_or_default();
    let spaced = text.trim_start_matches([' ', '\t']);
    let (closes, named) = match spaced.strip_prefix('/') {
        Some(rest) => (true, rest.trim_start_matches([' ', '\t'])),
        None => (false, spaced),
    };
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let end = named.find(|c: char| !is_name(c)).unwrap_or(named.len());
    let (name, rest) = named.split_at(end);
    if text.len() - rest.len() > LONGEST {
        return Start::Other;
    }
    if rest.is_empty() {
        return Start::Short;
    }
    if name.is_empty() || !known(name) {
        return Start::Other;
    }
    let Some(close) = rest.find(['>', '<']) else {
        return if rest.len() > LONGEST { Start::Other } else { Start::Short };
    };
    let (attributes, after) = rest.split_at(close);
    let bare = attributes.trim();
    let empties = bare.ends_with('/');
    let is_tag = bare.is_empty() || bare == "/" || (bare.contains('=') && !closes);
    if !after.starts_with('>') || !is_tag || attributes.len() > LONGEST {
        return Start::Other;
    }
    let kind = match (closes, empties) {
        (true, _) => Kind::Close,
        (false, true) => Kind::Empty,
        (false, false) => Kind::Open,
    };
    Start::Tag(Tag { start, end: whole.len() - after.len() + 1, name, kind })
}

/// An entity at the start of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entity {
    Char {
        c: char,
        length: usize,
    },
    /// The text may go on to be one.
    Short,
    None,
}

/// Reads the entity that a text begins with.
pub(super) fn entity(text: &str) -> Entity {
    const LONGEST: usize = 10;
    let Some(inner) = text.strip_prefix('&') else { return Entity::None };
    let end = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '#');
    let Some(end) = end else {
        return if inner.len() > LONGEST { Entity::None } else { Entity::Short };
    };
    let (name, after) = inner.split_at(end);
    if !after.starts_with(';') || name.len() > LONGEST {
        return Entity::None;
    }
    let c = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => name.strip_prefix('#').and_then(|digits| {
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)
        }),
    };
    c.map_or(Entity::None, |c| Entity::Char { c, length: name.len() + 2 })
}

const CDATA: (&str, &str) = ("<![CDATA[", "]]>");

/// The value that stands between two tags: without CDATA brackets, and with its entities read where
/// all that needs one has one.
pub(super) fn value(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix(CDATA.0).and_then(|rest| rest.strip_suffix(CDATA.1)) {
        return Cow::Borrowed(inner);
    }
    decoded(text)
}

/// The text with its entities read, if all that needs one has one.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') || text.contains('<') {
        return Cow::Borrowed(text);
    }
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        let Entity::Char { c, length } = entity(from) else { return Cow::Borrowed(text) };
        read.push_str(before);
        read.push(c);
        rest = from.get(length..).unwrap_or_default();
    }
    read.push_str(rest);
    Cow::Owned(read)
}

/// The text with an entity for every `&` and `<`.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    if text.contains(['&', '<']) {
        Cow::Owned(text.replace('&', "&amp;").replace('<', "&lt;"))
    } else {
        Cow::Borrowed(text)
    }
}
