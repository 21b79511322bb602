//! Unquoted keys and values.

use super::strings::{is_key_char, opens};
use super::{Open, Reader, Stop, is_space};
use crate::parse::node::{Node, number};
use crate::parse::repair::RepairKind;

/// The longest number or literal that is read without looking further.
const LONGEST_PLAIN: usize = 40;

/// The longest unquoted key.
const LONGEST_KEY: usize = 64;

impl Reader<'_> {
    pub(super) fn bare_key(&mut self) -> Result<String, Stop> {
        let rest = self.rest();
        let end =
            rest.char_indices().take(LONGEST_KEY).find(|(_, c)| !(is_key_char(*c) || *c == ' '));
        // `name": "Ada"` lacks the first of its quotes.
        let half = matches!(end, Some((_, '"' | '\'')));
        let Some((end, ':' | '=' | '\t' | '\n' | '\r' | '"' | '\'')) = end else {
            return Err(self.malformed("a key is expected"));
        };
        let key = rest.get(..end).unwrap_or_default().trim();
        if key.is_empty() || (half && !self.known.contains(key)) {
            return Err(self.malformed("a key is expected"));
        }
        self.note(RepairKind::Syntax, key, "\"…\"");
        self.jump(self.at + end + usize::from(half))?;
        Ok(key.to_owned())
    }

    /// A literal, a number, or a word without quotes.
    pub(super) fn bare_value(&mut self) -> Result<Node, Stop> {
        if let Some(node) = self.plain_value()? {
            return Ok(node);
        }
        let start = self.at;
        let end = self.bare_end()?;
        let raw = self.text.get(start..end).unwrap_or_default();
        let word = raw.trim_end_matches(is_space);
        if word.is_empty() {
            return Err(self.malformed("a value is expected"));
        }
        if has_prefix(word) {
            return Err(self.malformed("a quote stands inside a value"));
        }
        // `Ada"` lacks the first of its quotes.
        let half = self.text.get(end..).is_some_and(|rest| rest.starts_with('"'))
            && raw.len() == word.len();
        self.jump(start + word.len() + usize::from(half))?;
        if end >= self.text.len() && !self.open.is_empty() {
            // `3` may have been going to be `36`.
            return Err(self.malformed("the text ends inside a value"));
        }
        let literal = match word {
            "null" => Some(Node::Null),
            "true" => Some(Node::Bool(true)),
            "false" => Some(Node::Bool(false)),
            _ => number(word).map(|_| Node::Number(word.to_owned())),
        };
        if let Some(node) = literal {
            return Ok(node);
        }
        let (node, meant) = match word {
            "None" | "NULL" | "Null" | "nil" | "undefined" => (Node::Null, "null"),
            "True" | "TRUE" => (Node::Bool(true), "true"),
            "False" | "FALSE" => (Node::Bool(false), "false"),
            _ => {
                self.bare = true;
                (Node::Text(word.to_owned()), "")
            }
        };
        self.note(RepairKind::Syntax, word, if meant.is_empty() { "\"…\"" } else { meant });
        Ok(node)
    }

    /// A number or literal as JSON has it, if what follows leaves no doubt that it ends there.
    fn plain_value(&mut self) -> Result<Option<Node>, Stop> {
        let rest = self.rest();
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
        let length = rest.bytes().take(LONGEST_PLAIN).take_while(word).count();
        let (word, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let ends = match after.as_bytes() {
            [b'}' | b']' | b'\n', ..] => true,
            [b',', next, ..] => !next.is_ascii_digit(),
            _ => false,
        };
        let node = match word {
            _ if !ends => return Ok(None),
            "null" => Node::Null,
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            _ if number(word).is_some() => Node::Number(word.to_owned()),
            _ => return Ok(None),
        };
        self.jump(self.at + length)?;
        Ok(Some(node))
    }

    /// Where the unquoted value here ends.
    fn bare_end(&mut self) -> Result<usize, Stop> {
        let in_object = self.open.last() == Some(&Open::Object);
        let rest = self.rest();
        let start = self.at;
        let mut word_start = 0;
        let mut previous = ' ';
        for (offset, c) in rest.char_indices() {
            self.budget.spend(1)?;
            let after = rest.get(offset + c.len_utf8()..).unwrap_or_default();
            match c {
                '}' | ']' | '\n' | '\r' => return Ok(start + offset),
                ',' if !in_object
                    || !self.belongs(after, start + offset + 1, rest.get(..offset))? =>
                {
                    return Ok(start + offset);
                }
                ',' => {}
                '/' if is_space(previous) && (after.starts_with('/') || after.starts_with('*')) => {
                    return Ok(start + offset);
                }
                ':' => {
                    let word = rest.get(word_start..offset).unwrap_or_default();
                    let spaced = after.chars().next().is_none_or(is_space);
                    if spaced || self.known.contains(word) {
                        return Err(self.malformed("a text is not quoted, and has a colon in it"));
                    }
                }
                '=' if self
                    .known
                    .contains(rest.get(word_start..offset).unwrap_or_default().trim_end()) =>
                {
                    return Err(self.malformed("there is no comma between two keys"));
                }
                '{' | '[' => return Err(self.malformed("a bracket stands inside a value")),
                ';' if complete(rest.get(..offset).unwrap_or_default()) => {
                    return Ok(start + offset);
                }
                '\'' | '’' if previous.is_alphanumeric() => {}
                '"' if !is_space(previous) && self.ends_half_quoted(start + offset + 1)? => {
                    return Ok(start + offset);
                }
                c if opens(c)
                    && is_space(previous)
                    && complete(rest.get(..offset).unwrap_or_default())
                    && (!in_object || self.key_ahead(start + offset)?.is_some()) =>
                {
                    return Ok(start + offset);
                }
                c if opens(c) => return Err(self.malformed("a quote stands inside a value")),
                c if is_space(c) => word_start = offset + c.len_utf8(),
                _ => {}
            }
            previous = c;
        }
        Ok(self.text.len())
    }

    /// Whether a comma belongs to an unquoted value of an object: no key follows it.
    fn belongs(&mut self, after: &str, at: usize, before: Option<&str>) -> Result<bool, Stop> {
        let before = before.unwrap_or_default();
        let group = after.chars().take_while(char::is_ascii_digit).count() == 3;
        if before.ends_with(|c: char| c.is_ascii_digit()) && group {
            return Ok(true);
        }
        let trimmed = after.trim_start_matches([' ', '\t']);
        let next = trimmed.chars().next();
        if matches!(next, None | Some('}' | ']' | ',' | '\n' | '\r' | '/' | '#' | '.' | '…')) {
            return Ok(false);
        }
        if next.is_some_and(opens) {
            return Ok(false);
        }
        // A number or a literal is complete; only words go on.
        if complete(before) {
            return Ok(false);
        }
        Ok(self.key_ahead(at + (after.len() - trimmed.len()))?.is_none())
    }
}

/// Whether an unquoted value is a number or a literal, after which no more of it can follow.
fn complete(word: &str) -> bool {
    let word = word.trim();
    matches!(word, "true" | "false" | "null" | "True" | "False" | "None") || number(word).is_some()
}

/// Whether a word is a quoted text of Python with a prefix, such as `r'\d'`.
fn has_prefix(word: &str) -> bool {
    let quote = word.find(['"', '\'']).filter(|at| (1..=2).contains(at));
    quote.is_some_and(|at| {
        word.get(..at).is_some_and(|prefix| prefix.chars().all(|c| "rbfuRBFU".contains(c)))
            && word.len() > at + 1
            && word.ends_with(['"', '\''])
    })
}
