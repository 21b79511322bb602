//! Keys, piece by piece.

use super::frames::{FrameKind, Slot};
use super::plan::Kind;
use super::scan::{KEY, Scanner, State, Step};
use super::strings::{closes, escape, is_key_char, opens, short_gap};
use super::tree::{Content, Tree};
use crate::parse::reader::{Vocabulary, is_space};

/// What a place in the text says about whether a key stands there.
#[derive(Debug)]
pub(super) enum KeyAt {
    Unclear,
    Key { key: String, length: usize },
    Nothing,
}

impl Scanner {
    /// A key, or the end of the object.
    pub(super) fn key(&mut self, text: &str, tree: &mut Tree) -> Step {
        if !self.skip(text) {
            return self.wait(State::Key);
        }
        let rest = text.get(self.at..).unwrap_or_default();
        match rest.chars().next() {
            Some('}') => {
                self.at += 1;
                self.close(text, tree)
            }
            Some(']') => {
                let enclosed = self.encloses(FrameKind::List);
                self.at += usize::from(!enclosed);
                self.close(text, tree)
            }
            Some(',' | ';' | '.') => {
                self.at += 1;
                self.go(State::Key)
            }
            Some('…') => {
                self.at += '…'.len_utf8();
                self.go(State::Key)
            }
            _ => match half_quoted(rest, &self.known) {
                KeyAt::Unclear => self.wait(State::Key),
                KeyAt::Key { key, length } => {
                    self.at += length;
                    self.keyed(tree, key)
                }
                KeyAt::Nothing => match key_at(rest) {
                    KeyAt::Unclear => self.wait(State::Key),
                    KeyAt::Key { key, length } => {
                        self.at += length;
                        self.go(State::Colon(key))
                    }
                    KeyAt::Nothing => self.lost(),
                },
            },
        }
    }

    /// The colon after a key, and with it the place where the value goes.
    pub(super) fn colon(&mut self, text: &str, tree: &mut Tree, key: String) -> Step {
        if !self.skip(text) {
            return self.wait(State::Colon(key));
        }
        let rest = text.get(self.at..).unwrap_or_default();
        match rest.as_bytes() {
            [b':', ..] => self.at += 1,
            [b'='] => return self.wait(State::Colon(key)),
            [b'=', b'>', ..] if self.known.contains(&key) => self.at += 2,
            [b'=', ..] if self.known.contains(&key) => self.at += 1,
            _ => return self.lost(),
        }
        self.keyed(tree, key)
    }

    /// Makes a place for the value of a key.
    fn keyed(&mut self, tree: &mut Tree, key: String) -> Step {
        let Some(top) = self.frames.last().copied() else { return self.lost() };
        let part = top.part.and_then(|part| self.plan.part(part));
        let found = match part.map(|part| &part.kind) {
            Some(Kind::Object(keys)) => keys.find(&key).map(|(name, part)| (name.to_owned(), part)),
            Some(Kind::Map(part)) => Some((key, *part)),
            _ => None,
        };
        let mut slot = Slot::default();
        if let Some((name, part)) = found {
            let object = top.node.unwrap_or_else(|| tree.push_root(Content::object()));
            slot = Slot { part: Some(part), node: Some(tree.push_key(object, &name)) };
            if let Some(top) = self.frames.last_mut() {
                top.node = Some(object);
            }
        }
        if let Some(top) = self.frames.last_mut() {
            top.slot = slot;
        }
        self.go(State::Value)
    }
}

/// Whether a key and its colon, or the end of the object, follow a comma; `None` if the text ends
/// before it can be told.
pub(super) fn key_follows(after: &str, known: &Vocabulary) -> Option<bool> {
    let Some(gap) = short_gap(after) else { return Some(true) };
    let trimmed = after.get(gap..).unwrap_or_default();
    match trimmed.chars().next()? {
        '}' | ']' | ',' | '/' | '#' => Some(true),
        _ => match half_quoted(trimmed, known) {
            KeyAt::Unclear => None,
            KeyAt::Key { .. } => Some(true),
            KeyAt::Nothing => whole_key_follows(trimmed),
        },
    }
}

fn whole_key_follows(text: &str) -> Option<bool> {
    match key_at(text) {
        KeyAt::Unclear => None,
        KeyAt::Nothing => Some(false),
        KeyAt::Key { length, .. } => {
            let rest = text.get(length..).unwrap_or_default();
            let next = rest.trim_start_matches(is_space).chars().next()?;
            Some(matches!(next, ':' | '='))
        }
    }
}

/// The key at the start of the text.
pub(super) fn key_at(text: &str) -> KeyAt {
    let Some(first) = text.chars().next() else { return KeyAt::Unclear };
    let mut key = String::new();
    let mut at = first.len_utf8();
    if !opens(first) {
        let end = text.char_indices().take(KEY).find(|(_, c)| !(is_key_char(*c) || *c == ' '));
        return match end {
            Some((end, _)) if end > 0 => {
                let name = text.get(..end).unwrap_or_default().trim();
                KeyAt::Key { key: name.to_owned(), length: end }
            }
            Some(_) => KeyAt::Nothing,
            None if text.chars().nth(KEY).is_some() => KeyAt::Nothing,
            None => KeyAt::Unclear,
        };
    }
    for _ in 0..KEY {
        let rest = text.get(at..).unwrap_or_default();
        match rest.chars().next() {
            None => return KeyAt::Unclear,
            Some('\\') => match escape(rest) {
                None => return KeyAt::Unclear,
                Some((length, meant)) => {
                    key.push_str(&meant);
                    at += length;
                }
            },
            Some(c) if closes(first, c) => {
                return KeyAt::Key { key, length: at + c.len_utf8() };
            }
            Some(c) => {
                key.push(c);
                at += c.len_utf8();
            }
        }
    }
    KeyAt::Nothing
}

/// A known key that lacks one of its quotes, with its colon: `"name: "Ada"` ends where its value
/// starts, and `name": "Ada"` at its colon.
fn half_quoted(text: &str, known: &Vocabulary) -> KeyAt {
    let (key, length) = match key_at(text) {
        KeyAt::Key { key, length } => (key, length),
        other => return other,
    };
    let rest = text.get(length..).unwrap_or_default();
    let mut next = rest.chars();
    if text.starts_with(opens) {
        let Some(name) = key.trim_end().strip_suffix(':').filter(|name| known.contains(name))
        else {
            return KeyAt::Nothing;
        };
        let quote = text.get(..length).and_then(|text| text.chars().next_back());
        return match next.next() {
            None => KeyAt::Unclear,
            Some(c) if is_space(c) || matches!(c, ':' | ',' | '}' | ']') => KeyAt::Nothing,
            Some(_) => {
                let length = length - quote.map_or(0, char::len_utf8);
                KeyAt::Key { key: name.to_owned(), length }
            }
        };
    }
    if !matches!(next.next(), Some('"' | '\'')) || !known.contains(&key) {
        return KeyAt::Nothing;
    }
    let after = next.as_str().trim_start_matches(is_space);
    match after.chars().next() {
        None => KeyAt::Unclear,
        Some(':') => KeyAt::Key { key, length: text.len() - after.len() + 1 },
        Some(_) => KeyAt::Nothing,
    }
}
