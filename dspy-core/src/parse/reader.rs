//! A tolerant JSON reader: reads what models write, refuses what would need a guess.
//!
//! It recurses to a bounded depth, looks ahead a bounded distance, and pays for each step out of a
//! budget. The names of the schema's keys tell it where unquoted values end.

mod ahead;
mod bare;
mod escapes;
mod fault;
mod lists;
mod strings;

use std::collections::HashMap;

use escapes::Escapes;
use fault::Stop;
use lists::Brackets;

use super::budget::Budget;
use super::error::ParseError;
use super::excerpt::excerpt;
use super::node::{MAX_DEPTH, Node};
use super::path::Path;
use super::repair::{Repair, RepairKind};

/// More repairs than this are summed up in one.
const MAX_NOTES: usize = 256;

pub(crate) use super::vocabulary::Vocabulary;
pub(crate) use ahead::Ahead;
pub(crate) use fault::Fault;
pub(crate) use strings::{closes, is_key_char, opens};

/// A value that was read, and where it ended.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) node: Node,
    pub(crate) end: usize,
    pub(crate) repairs: Vec<Repair>,
    /// Whether a value was not quoted: prose in brackets looks like that too.
    pub(crate) bare: bool,
}

/// How the end of a quoted text is found.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Quotes {
    /// At the next quote, as JSON has it.
    Plain,
    /// At a quote that a delimiter follows; the others belong to the text.
    Guess,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Open {
    Object,
    Array,
}

/// Reads the value that starts at `start`.
pub(crate) fn read_at(
    text: &str,
    start: usize,
    known: &Vocabulary,
    budget: &Budget,
    ahead: &Ahead,
) -> Result<Read, Fault> {
    budget.spend(4).map_err(|error| Fault { stop: error.into(), committed: true })?;
    let mut reader = Reader::new(text, start, known, budget, ahead, Quotes::Plain);
    let fault = match reader.run() {
        Err(fault) if !fault.is_fatal() => fault,
        other => return other,
    };
    if !reader.quoted {
        // There is no quote that could be taken differently.
        return Err(fault);
    }
    let guessed = Reader::new(text, start, known, budget, ahead, Quotes::Guess).run();
    // What the plain reading says is wrong is closer to what was written.
    guessed.map_err(|again| match again.is_fatal() {
        true => again,
        false => Fault { committed: again.committed || fault.committed, ..fault },
    })
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    known: &'t Vocabulary,
    budget: &'t Budget,
    ahead: &'t Ahead,
    quotes: Quotes,
    /// Whether a quote was read.
    quoted: bool,
    open: Vec<Open>,
    path: Path,
    notes: Vec<Repair>,
    /// The kinds of the notes, a bit for each.
    told: u64,
    dropped_notes: usize,
    bare: bool,
    committed: bool,
    in_key: bool,
    escapes: Escapes,
}

impl<'t> Reader<'t> {
    fn new(
        text: &'t str,
        start: usize,
        known: &'t Vocabulary,
        budget: &'t Budget,
        ahead: &'t Ahead,
        quotes: Quotes,
    ) -> Self {
        Self {
            text,
            at: start,
            known,
            budget,
            ahead,
            quotes,
            quoted: false,
            open: Vec::new(),
            path: Path::default(),
            notes: Vec::new(),
            told: 0,
            dropped_notes: 0,
            bare: false,
            committed: false,
            in_key: false,
            escapes: Escapes::default(),
        }
    }

    fn run(&mut self) -> Result<Read, Fault> {
        match self.value() {
            Ok(node) => {
                if self.dropped_notes > 0 {
                    let more = format!("and {} more repairs", self.dropped_notes);
                    self.notes.push(Repair {
                        path: String::new(),
                        kind: RepairKind::Syntax,
                        from: more,
                        to: String::new(),
                    });
                }
                let repairs = std::mem::take(&mut self.notes);
                Ok(Read { node, end: self.at, repairs, bare: self.bare })
            }
            Err(stop) => Err(Fault { stop, committed: self.committed }),
        }
    }

    fn value(&mut self) -> Result<Node, Stop> {
        self.skip_before_value()?;
        match self.peek() {
            None => Err(self.malformed("the text ends where a value is expected")),
            Some('{') => self.object(),
            Some('[') => self.array(Brackets::Square),
            Some('(') if self.starts_tuple()? => self.array(Brackets::Round),
            Some(c) if strings::opens(c) => self.string(),
            Some(_) => self.bare_value(),
        }
    }

    fn object(&mut self) -> Result<Node, Stop> {
        if !self.open.is_empty() && self.starts_set()? {
            return self.array(Brackets::Curly);
        }
        self.enter(Open::Object)?;
        let mut entries: Vec<(String, Node)> = Vec::new();
        let mut places = Places::default();
        let mut cut = false;
        let mut comma = true;
        loop {
            self.skip()?;
            match self.peek() {
                None if entries.is_empty() => {
                    return Err(self.malformed("the text ends inside an object"));
                }
                None => {
                    self.note(RepairKind::Incomplete, "", "}");
                    cut = true;
                    break;
                }
                Some('}') => {
                    if comma && !entries.is_empty() {
                        self.note(RepairKind::Syntax, ",}", "}");
                    }
                    self.advance('}')?;
                    break;
                }
                Some(']') if self.encloses(Open::Array) => {
                    self.note(RepairKind::Syntax, "]", "}]");
                    break;
                }
                Some(']') if !entries.is_empty() && self.open.len() == 1 => {
                    self.note(RepairKind::Syntax, "]", "}");
                    self.advance(']')?;
                    break;
                }
                Some(c @ (',' | ';')) => {
                    self.separated(c, comma)?;
                    comma = true;
                }
                Some(_) if self.ellipsis()? => {}
                Some(_) => {
                    if !comma {
                        if !self.after_space() && !self.after_bracket() {
                            return Err(self.malformed("there is no comma between two keys"));
                        }
                        self.note(RepairKind::Syntax, "", ",");
                    }
                    comma = false;
                    let key = self.key()?;
                    self.path.push_key(&key);
                    let value = self.value()?;
                    let place = places.find(&entries, &key);
                    if let Some((_, old)) = place.and_then(|at| entries.get_mut(at)) {
                        let from = super::excerpt::excerpt_node(old);
                        self.note(RepairKind::DuplicateKey, &from, "");
                        *old = value;
                    } else {
                        entries.push((key, value));
                    }
                    self.path.pop();
                }
            }
        }
        self.open.pop();
        Ok(Node::Object { entries, cut })
    }

    /// A key and the colon after it.
    fn key(&mut self) -> Result<String, Stop> {
        let quoted = self.peek().is_some_and(strings::opens);
        let key = if quoted { self.quoted_key()? } else { self.bare_key()? };
        if let Some(key) = self.half_quoted(&key)? {
            return Ok(key);
        }
        self.skip()?;
        match self.peek() {
            Some(':') => self.advance(':')?,
            Some('=') if self.known.contains(&key) => {
                self.note(RepairKind::Syntax, "=", ":");
                self.advance('=')?;
                if self.peek() == Some('>') {
                    self.advance('>')?;
                }
            }
            next => {
                // `{"a", "b"}` is how prose writes a set, the rest is an attempt at an object.
                self.committed |= quoted && !matches!(next, Some('}' | ','));
                return Err(self.malformed("a key has no colon after it"));
            }
        }
        self.committed = true;
        Ok(key)
    }

    /// `"name: "Ada"`: a key whose closing quote is missing, so that it ended where its value starts.
    fn half_quoted(&mut self, key: &str) -> Result<Option<String>, Stop> {
        let Some(name) = key.trim_end().strip_suffix(':') else { return Ok(None) };
        let before = self.text.get(..self.at).unwrap_or_default();
        let glued =
            self.peek().is_some_and(|c| !is_space(c) && !matches!(c, ':' | ',' | '}' | ']'));
        let Some(quote) = before.chars().next_back().filter(|c| strings::opens(*c)) else {
            return Ok(None);
        };
        if !glued || !self.known.contains(name) {
            return Ok(None);
        }
        self.at -= quote.len_utf8();
        self.note(RepairKind::Syntax, key, name);
        self.committed = true;
        Ok(Some(name.to_owned()))
    }

    /// Whether a known key of the enclosing object stands here, so that the list was not closed.
    fn at_key_of_parent(&mut self, c: char) -> Result<bool, Stop> {
        let starts_key = strings::opens(c) || c.is_alphabetic() || c == '_';
        if !starts_key || !self.encloses(Open::Object) {
            return Ok(false);
        }
        match self.key_ahead(self.at)? {
            Some(key) => Ok(self.known.contains(&key)),
            None => Ok(false),
        }
    }

    /// A bare `...` between items, which stands for items that are not there.
    fn ellipsis(&mut self) -> Result<bool, Stop> {
        let rest = self.rest();
        let Some(after) = rest.strip_prefix("...").or_else(|| rest.strip_prefix('…')) else {
            return Ok(false);
        };
        let next = after.trim_start().chars().next();
        if !matches!(next, Some(',' | ']' | '}')) {
            return Ok(false);
        }
        self.note(RepairKind::Ellipsis, "...", "");
        self.jump(self.text.len() - after.len())?;
        Ok(true)
    }

    /// Skips white space and comments.
    fn skip(&mut self) -> Result<(), Stop> {
        self.skip_blanks(true)
    }

    /// The same where a value is expected, which may be `#fff`.
    fn skip_before_value(&mut self) -> Result<(), Stop> {
        self.skip_blanks(false)
    }

    fn skip_blanks(&mut self, glued_hash: bool) -> Result<(), Stop> {
        loop {
            let rest = self.rest();
            // Most often there is nothing to skip, or a single space.
            match rest.as_bytes() {
                [b'!'..=b'"' | b'$'..=b'.' | b'0'..=b'~', ..] => return Ok(()),
                [b' ', b'!'..=b'"' | b'$'..=b'.' | b'0'..=b'~', ..] => {
                    return self.jump(self.at + 1);
                }
                _ => {}
            }
            let trimmed = rest.trim_start_matches(is_space);
            self.jump(self.text.len() - trimmed.len())?;
            let hash = trimmed.starts_with('#')
                && (glued_hash || trimmed.starts_with("# "))
                && (self.after_space() || self.at == 0);
            let length = if trimmed.starts_with("//") || hash {
                trimmed.find('\n').unwrap_or(trimmed.len())
            } else if trimmed.starts_with("/*") {
                let Some(end) = self.ahead.find(self.text, self.at, "*/") else {
                    return Err(self.malformed("a comment does not end"));
                };
                end + 2
            } else {
                return Ok(());
            };
            self.note(RepairKind::Syntax, trimmed.get(..length).unwrap_or_default(), "");
            self.jump(self.at + length)?;
        }
    }

    fn enter(&mut self, open: Open) -> Result<(), Stop> {
        if self.open.len() >= MAX_DEPTH {
            return Err(ParseError::TooDeep { limit: MAX_DEPTH }.into());
        }
        self.open.push(open);
        self.jump(self.at + 1)
    }

    /// Whether an object or list of this kind is open around the innermost one.
    fn encloses(&self, open: Open) -> bool {
        self.open.iter().rev().skip(1).any(|outer| *outer == open)
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Whether white space stands right before.
    fn after_space(&self) -> bool {
        self.text.get(..self.at).and_then(|before| before.chars().next_back()).is_some_and(is_space)
    }

    fn after_comma(&self) -> bool {
        self.text.get(..self.at).is_some_and(|before| before.trim_end().ends_with(','))
    }

    /// Whether a closed object or list stands right before.
    fn after_bracket(&self) -> bool {
        self.text.get(..self.at).is_some_and(|before| before.ends_with(['}', ']']))
    }

    fn advance(&mut self, c: char) -> Result<(), Stop> {
        self.jump(self.at + c.len_utf8())
    }

    fn jump(&mut self, to: usize) -> Result<(), Stop> {
        self.budget.spend(to.saturating_sub(self.at) + 1)?;
        self.at = to;
        Ok(())
    }

    fn note(&mut self, kind: RepairKind, from: &str, to: &str) {
        // Losses are always told; of the rest a long tail is only counted.
        if self.notes.len() >= MAX_NOTES && self.told & kind.bit() != 0 {
            self.dropped_notes += 1;
            return;
        }
        self.told |= kind.bit();
        self.notes.push(Repair {
            path: self.path.pointer(),
            kind,
            from: excerpt(from),
            to: excerpt(to),
        });
    }

    fn malformed(&self, problem: &'static str) -> Stop {
        Stop::Malformed { problem, at: self.at }
    }
}

/// Where the keys of an object stand, looked up in a table only if there are many.
#[derive(Default)]
struct Places(HashMap<String, usize>);

impl Places {
    const FEW: usize = 16;

    fn find(&mut self, entries: &[(String, Node)], key: &str) -> Option<usize> {
        if entries.len() < Self::FEW {
            return entries.iter().position(|(other, _)| other == key);
        }
        for (at, (other, _)) in entries.iter().enumerate().skip(self.0.len()) {
            self.0.insert(other.clone(), at);
        }
        self.0.get(key).copied()
    }
}

/// White space, with the invisible characters that some models emit.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')
}
