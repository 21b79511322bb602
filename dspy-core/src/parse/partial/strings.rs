//! Quoted texts and keys, piece by piece.

use super::frames::{FrameKind, Slot};
use super::keys::{KeyAt, key_at, key_follows};
use super::scan::{KEY, Scanner, State, Step};
use super::tree::{Content, NodeId, Tree};
use crate::parse::reader::is_space;
use crate::parse::words::{is_null_word, may_become_null};

pub(super) use crate::parse::reader::{closes, is_key_char, opens};

/// A text that is being shown.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Text {
    pub(super) node: Option<NodeId>,
    /// Whether a word such as `None` stands for null.
    pub(super) nullable: bool,
}

/// A quoted text that has not ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quoted {
    open: char,
    /// The mark that ends a text without escapes.
    raw: Option<&'static str>,
    text: Text,
}

enum End {
    Unclear,
    Closed,
    Inside,
    /// `"a" + "b"`: so many bytes to the next text.
    Joined(usize),
}

impl Scanner {
    pub(super) fn open_quote(&mut self, rest: &str, slot: Slot, tree: &mut Tree) -> Step {
        let open = rest.chars().next().unwrap_or('"');
        let raw = if rest.starts_with("\"\"\"") {
            Some("\"\"\"")
        } else if rest.starts_with("'''") {
            Some("'''")
        } else {
            (open == '`').then_some("`")
        };
        self.at += raw.map_or(open.len_utf8(), str::len);
        if let Some(node) = slot.node {
            tree.open(node, Content::text());
        }
        let part = slot.part.and_then(|part| self.plan.part(part));
        let nullable = part.is_some_and(|part| part.nullable);
        let text = Text { node: slot.node, nullable };
        self.go(State::Quoted(Quoted { open, raw, text }))
    }

    /// More of a quoted text.
    pub(super) fn quoted(&mut self, text: &str, tree: &mut Tree, quoted: Quoted) -> Step {
        let rest = text.get(self.at..).unwrap_or_default();
        if let Some(mark) = quoted.raw {
            return self.raw(text, tree, quoted, mark);
        }
        let special = |c: char| c == '\\' || closes(quoted.open, c);
        let run = rest.find(special).unwrap_or(rest.len());
        self.show(tree, quoted.text, rest.get(..run).unwrap_or_default());
        self.at += run;
        let rest = rest.get(run..).unwrap_or_default();
        let Some(c) = rest.chars().next() else {
            return self.wait(State::Quoted(quoted));
        };
        if c == '\\' {
            return match escape(rest) {
                None => self.wait(State::Quoted(quoted)),
                Some((length, meant)) => {
                    self.show(tree, quoted.text, &meant);
                    self.at += length;
                    self.go(State::Quoted(quoted))
                }
            };
        }
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        match self.end_of_quote(after) {
            End::Unclear => self.wait(State::Quoted(quoted)),
            End::Inside => {
                self.show(tree, quoted.text, rest.get(..c.len_utf8()).unwrap_or_default());
                self.at += c.len_utf8();
                self.go(State::Quoted(quoted))
            }
            End::Joined(length) => {
                self.at += c.len_utf8() + length;
                self.go(State::Quoted(quoted))
            }
            End::Closed => {
                self.at += c.len_utf8();
                self.end_text(text, tree, quoted)
            }
        }
    }

    fn raw(&mut self, text: &str, tree: &mut Tree, quoted: Quoted, mark: &str) -> Step {
        let rest = text.get(self.at..).unwrap_or_default();
        match rest.find(mark) {
            Some(end) => {
                self.show(tree, quoted.text, rest.get(..end).unwrap_or_default());
                self.at += end + mark.len();
                self.end_text(text, tree, quoted)
            }
            None => {
                // The end may be the first part of the mark.
                let half = rest.len() - rest.trim_end_matches(quoted.open).len();
                let shown = rest.get(..rest.len() - half).unwrap_or_default();
                self.show(tree, quoted.text, shown);
                self.at += shown.len();
                self.wait(State::Quoted(quoted))
            }
        }
    }

    fn show(&mut self, tree: &mut Tree, text: Text, more: &str) {
        if let Some(node) = text.node {
            tree.append(node, more);
        }
    }

    fn end_text(&mut self, text: &str, tree: &mut Tree, quoted: Quoted) -> Step {
        if let Some(node) = quoted.text.node {
            let written = tree.text(node);
            if quoted.text.nullable && (is_null_word(written) || written.trim().is_empty()) {
                tree.set(node, serde_json::Value::Null);
            } else {
                tree.tell(node);
                tree.complete(node);
            }
        }
        self.end_value(text, tree)
    }

    /// Tells of what was added to the text at hand.
    pub(super) fn tell(&mut self, tree: &mut Tree) {
        let text = match &self.state {
            State::WholeText(text) => text,
            State::Quoted(quoted) => &quoted.text,
            _ => return,
        };
        let Some(node) = text.node else { return };
        if !(text.nullable && may_become_null(tree.text(node))) {
            tree.tell(node);
        }
    }

    /// Whether the quote before `after` ends its text: only if what follows may follow a value.
    fn end_of_quote(&mut self, after: &str) -> End {
        let Some(gap) = short_gap(after) else { return End::Closed };
        let trimmed = after.get(gap..).unwrap_or_default();
        self.steps += gap + 1;
        let in_object = self.frames.last().is_some_and(|top| top.kind == FrameKind::Object);
        let Some(next) = trimmed.chars().next() else { return End::Unclear };
        match next {
            '}' | ']' | ';' => End::Closed,
            ',' if in_object => {
                self.steps += KEY / 4;
                match key_follows(trimmed.get(1..).unwrap_or_default(), &self.known) {
                    None => End::Unclear,
                    Some(true) => End::Closed,
                    Some(false) => End::Inside,
                }
            }
            ',' => End::Closed,
            '+' => {
                let joined = trimmed.get(1..).unwrap_or_default();
                let text = joined.trim_start_matches(is_space);
                match text.chars().next() {
                    None => End::Unclear,
                    Some(c) if opens(c) => End::Joined(after.len() - text.len() + c.len_utf8()),
                    Some(_) => End::Inside,
                }
            }
            '/' => match trimmed.chars().nth(1) {
                None => End::Unclear,
                Some('/' | '*') => End::Closed,
                Some(_) => End::Inside,
            },
            '#' if gap > 0 => End::Closed,
            '.' | '…' => before_ellipsis(trimmed),
            _ if gap == 0 => End::Inside,
            c if in_object && (opens(c) || is_key_char(c)) => {
                self.steps += KEY / 4;
                match key_at(trimmed) {
                    KeyAt::Unclear => End::Unclear,
                    KeyAt::Key { length, .. } => {
                        let rest = trimmed.get(length..).unwrap_or_default();
                        match rest.trim_start_matches(is_space).chars().next() {
                            None => End::Unclear,
                            Some(':') => End::Closed,
                            Some(_) => End::Inside,
                        }
                    }
                    KeyAt::Nothing => End::Inside,
                }
            }
            c if !in_object && opens(c) => End::Closed,
            _ => End::Inside,
        }
    }
}

/// Whether a quote ends its text where a bare `...` follows, which stands between values.
fn before_ellipsis(text: &str) -> End {
    if matches!(text, "." | "..") {
        return End::Unclear;
    }
    let Some(after) = text.strip_prefix("...").or_else(|| text.strip_prefix('…')) else {
        return End::Inside;
    };
    match after.trim_start_matches(is_space).chars().next() {
        None => End::Unclear,
        Some(',' | ']' | '}') => End::Closed,
        Some(_) => End::Inside,
    }
}

/// How much white space a text starts with; nothing if that is more than is looked at.
pub(super) fn short_gap(text: &str) -> Option<usize> {
    let mut spaces = text.chars().take_while(|c| is_space(*c));
    let gap = spaces.by_ref().take(KEY).map(char::len_utf8).sum();
    spaces.next().is_none().then_some(gap)
}

/// The escape at the start of the text: its length and what it means; `None` if it is not whole.
pub(super) fn escape(text: &str) -> Option<(usize, String)> {
    let c = text.chars().nth(1)?;
    let plain = match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        '"' | '\\' | '/' | '\'' | '`' => c,
        'u' => return unicode(text),
        other => return Some((1 + other.len_utf8(), format!("\\{other}"))),
    };
    Some((2, plain.to_string()))
}

fn unicode(text: &str) -> Option<(usize, String)> {
    let Some(unit) = unit(text)? else { return Some((2, "\\u".to_owned())) };
    if let Some(c) = char::from_u32(unit) {
        return Some((6, c.to_string()));
    }
    let alone = Some((6, char::REPLACEMENT_CHARACTER.to_string()));
    let rest = text.get(6..).unwrap_or_default();
    if unit >= 0xdc00 {
        return alone;
    }
    // The other half of the pair.
    if rest.is_empty() || rest == "\\" {
        return None;
    }
    if !rest.starts_with("\\u") {
        return alone;
    }
    match self::unit(rest)? {
        Some(low) if (0xdc00..0xe000).contains(&low) => {
            let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            Some((12, c.to_string()))
        }
        _ => alone,
    }
}

/// The four digits of a `\u` escape; nothing inside if they are none, nothing at all if the text
/// ends before they do.
fn unit(text: &str) -> Option<Option<u32>> {
    let digits = text.get(2..).unwrap_or_default();
    let count = digits.chars().take(4).take_while(char::is_ascii_hexdigit).count();
    if count < 4 {
        return if digits.chars().nth(count).is_some() { Some(None) } else { None };
    }
    Some(digits.get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok()))
}
