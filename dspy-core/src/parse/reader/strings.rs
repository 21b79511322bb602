//! Quoted texts: which quotes open and close one, and which belong to it.

use super::escapes::Escapes;
use super::{Open, Quotes, Reader, Stop, is_space};
use crate::parse::node::Node;
use crate::parse::repair::RepairKind;

/// How far ahead a key is looked for.
const KEY_AHEAD: usize = 160;

/// Whether a character can open a quoted text.
pub(crate) fn opens(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '“' | '”' | '„' | '‘' | '’')
}

/// Whether `c` can close a text that `open` opened.
pub(crate) fn closes(open: char, c: char) -> bool {
    match open {
        '“' | '”' | '„' => matches!(c, '”' | '“'),
        '‘' | '’' => matches!(c, '’' | '‘'),
        other => c == other,
    }
}

/// Whether a byte is an ASCII character that can have no meaning in a quoted text.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\'' | b'\\' | b'`')
}

enum Verdict {
    Close,
    Inner { counts: bool },
}

impl Reader<'_> {
    pub(super) fn string(&mut self) -> Result<Node, Stop> {
        let mut text = String::new();
        loop {
            if !self.quoted(&mut text)? {
                return Ok(Node::Cut(text));
            }
            // "a" + "b"
            let end = self.at;
            self.skip()?;
            if self.peek() == Some('+') {
                self.advance('+')?;
                self.skip()?;
                if self.peek().is_some_and(opens) {
                    self.note(RepairKind::Syntax, "+", "");
                    continue;
                }
                return Err(self.malformed("`+` is not followed by a text"));
            }
            self.at = end;
            return Ok(Node::Text(text));
        }
    }

    /// A quoted key; it ends at the first quote.
    pub(super) fn quoted_key(&mut self) -> Result<String, Stop> {
        let quotes = std::mem::replace(&mut self.quotes, Quotes::Plain);
        let mut key = String::new();
        self.in_key = true;
        let whole = self.quoted(&mut key);
        self.in_key = false;
        self.quotes = quotes;
        if whole? { Ok(key) } else { Err(self.malformed("the text ends inside a key")) }
    }

    /// Appends one quoted text; false if the answer ends inside it.
    fn quoted(&mut self, out: &mut String) -> Result<bool, Stop> {
        let Some(open) = self.peek() else {
            return Err(self.malformed("the text ends where a value is expected"));
        };
        self.quoted = true;
        for mark in ["\"\"\"", "'''"] {
            if self.rest().starts_with(mark) {
                return self.raw(mark, out);
            }
        }
        if self.rest().starts_with("```") {
            return self.fenced(out);
        }
        if open == '`' {
            return self.raw("`", out);
        }
        if open != '"' {
            self.note(RepairKind::Syntax, open.encode_utf8(&mut [0; 4]), "\"");
        }
        self.advance(open)?;
        let mut inner = 0_usize;
        let mut any_inner = false;
        let mut control = false;
        let mut previous = open;
        let start = out.len();
        self.escapes = Escapes::default();
        while let Some(c) = self.peek() {
            let plain = self.rest();
            let run = plain.bytes().take_while(|byte| is_plain(*byte)).count();
            if run > 0 {
                out.push_str(plain.get(..run).unwrap_or_default());
                self.jump(self.at + run)?;
                previous = out.chars().next_back().unwrap_or(previous);
                continue;
            }
            if c == '\\' {
                self.escape(out)?;
            } else if closes(open, c) {
                match self.verdict(open, c, inner, previous)? {
                    Verdict::Close => {
                        self.advance(c)?;
                        self.restore_commands(out, start);
                        self.note_string(any_inner, control, out);
                        return Ok(true);
                    }
                    Verdict::Inner { counts } => {
                        inner += usize::from(counts);
                        if counts && inner.is_multiple_of(2) && after_gap(out, c) {
                            // `"a" "b"` are two texts, or one with quotes in it.
                            return Err(self.malformed("two texts stand behind each other"));
                        }
                        any_inner = true;
                        out.push(c);
                        self.advance(c)?;
                    }
                }
            } else {
                control |= c.is_control() && (c as u32) < 0x20;
                out.push(c);
                self.advance(c)?;
            }
            previous = c;
        }
        let end = out.trim_end();
        if end.is_empty() {
            return Err(self.malformed("the text ends where a value is expected"));
        }
        if any_inner || end.ends_with(['}', ']']) || end.ends_with("```") {
            return Err(self.malformed("a quote is never closed"));
        }
        self.note_string(any_inner, control, out);
        self.note(RepairKind::Incomplete, out, "");
        Ok(false)
    }

    fn note_string(&mut self, inner: bool, control: bool, text: &str) {
        if inner {
            self.note(RepairKind::InnerQuote, text, "");
        }
        if control {
            self.note(RepairKind::Syntax, text, "");
        }
    }

    /// A text without escapes, up to the next `mark`.
    fn raw(&mut self, mark: &'static str, out: &mut String) -> Result<bool, Stop> {
        self.note(RepairKind::Syntax, mark, "\"");
        self.jump(self.at + mark.len())?;
        let rest = self.rest();
        let Some(end) = self.ahead.find(self.text, self.at, mark) else {
            return Err(self.malformed("a quote is never closed"));
        };
        out.push_str(rest.get(..end).unwrap_or_default());
        self.jump(self.at + end + mark.len())?;
        Ok(true)
    }

    /// A text in a code fence: the lines between its marks.
    fn fenced(&mut self, out: &mut String) -> Result<bool, Stop> {
        let rest = self.rest();
        let lines = self.ahead.find(self.text, self.at, "\n").map(|start| start + 1);
        let end = lines.and_then(|start| {
            let length = self.ahead.find(self.text, self.at + start, "\n```")?;
            Some((start, start + length))
        });
        let Some((start, end)) = end else {
            return Err(self.malformed("a code fence stands where a value is expected"));
        };
        self.note(RepairKind::Syntax, "```", "\"");
        out.push_str(rest.get(start..end).unwrap_or_default());
        self.jump(self.at + end + "\n```".len())?;
        Ok(true)
    }

    /// Whether the quote here ends the text.
    ///
    /// Quotes inside of a text come in pairs, so a quote that a delimiter follows while a pair is
    /// open is one that cannot be told; a list goes on, an object gives up.
    fn verdict(
        &mut self,
        open: char,
        quote: char,
        inner: usize,
        previous: char,
    ) -> Result<Verdict, Stop> {
        let smart = !matches!(open, '"' | '\'');
        if self.quotes == Quotes::Plain && (self.in_key || !smart) {
            return Ok(Verdict::Close);
        }
        let after = self.at + quote.len_utf8();
        let next = self.text.get(after..).and_then(|rest| rest.chars().next());
        let word_before = previous.is_alphanumeric();
        if matches!(quote, '\'' | '’' | '‘') && word_before {
            // An apostrophe, unless a delimiter follows; `'n'` is a pair.
            if !self.ends_here(after)? {
                let pairs = !inner.is_multiple_of(2)
                    && closes(open, quote)
                    && !next.is_some_and(char::is_alphanumeric);
                return Ok(Verdict::Inner { counts: pairs });
            }
        }
        if smart && next.is_none() {
            return Ok(Verdict::Close);
        }
        let ends = self.ends_here(after)?;
        if inner.is_multiple_of(2) && ends {
            return Ok(Verdict::Close);
        }
        // What looks like a key, a new item or the next value was not meant as text.
        let (next_at, next) = self.after_blank(after)?;
        let comma = next == Some(',');
        let line_break = self.text.get(after..next_at).is_some_and(|gap| gap.contains('\n'));
        let closes_pair = !inner.is_multiple_of(2) && !ends;
        if next == Some(':') || (line_break && !closes_pair) || (inner.is_multiple_of(2) && comma) {
            return Err(self.malformed("the quotes inside a text are not escaped"));
        }
        if !ends {
            // `6" pipe` has inches in it.
            let inches = previous.is_ascii_digit() && inner.is_multiple_of(2);
            return Ok(Verdict::Inner { counts: !inches });
        }
        if self.open.last() == Some(&Open::Array) && comma {
            return Ok(Verdict::Inner { counts: true });
        }
        Err(self.malformed("the quotes inside a text are not escaped"))
    }

    /// Whether the quote before `after` ends a value of an object that has no quote at its start.
    pub(super) fn ends_half_quoted(&mut self, after: usize) -> Result<bool, Stop> {
        let in_object = self.open.last() == Some(&Open::Object);
        let (at, next) = self.after_blank(after)?;
        Ok(in_object
            && match next {
                Some('}') => true,
                Some(',') => {
                    let (key, _) = self.after_blank(at + 1)?;
                    self.key_ahead(key)?.is_some()
                }
                _ => false,
            })
    }

    /// Whether what stands at `after` may follow a value.
    fn ends_here(&mut self, after: usize) -> Result<bool, Stop> {
        let (at, next) = self.after_blank(after)?;
        let spaced = at > after;
        let in_object = self.open.last() == Some(&Open::Object);
        Ok(match next {
            None | Some('}' | ']') => true,
            Some(':') => self.open.is_empty(),
            Some('+') => self.after_blank(at + 1)?.1.is_some_and(opens),
            Some('/') => self
                .text
                .get(at..)
                .is_some_and(|rest| rest.starts_with("//") || rest.starts_with("/*")),
            Some(',') => {
                let (item, next) = self.after_blank(at + 1)?;
                match next {
                    None | Some('}' | ']' | ',' | '/' | '#') => true,
                    Some(_) if in_object => self.key_ahead(item)?.is_some(),
                    Some(_) => true,
                }
            }
            Some(_) if in_object => spaced && self.key_ahead(at)?.is_some(),
            Some(c) => spaced && opens(c),
        })
    }

    /// The first character from `from` on that is not white space, and where it is.
    fn after_blank(&mut self, from: usize) -> Result<(usize, Option<char>), Stop> {
        let rest = self.text.get(from..).unwrap_or_default();
        let trimmed = rest.trim_start_matches(is_space);
        self.budget.spend(rest.len() - trimmed.len() + 1)?;
        Ok((from + rest.len() - trimmed.len(), trimmed.chars().next()))
    }

    /// The key at `at`, if one with its colon stands there.
    pub(super) fn key_ahead(&mut self, at: usize) -> Result<Option<String>, Stop> {
        let rest = self.text.get(at..).unwrap_or_default();
        let mut chars = rest.char_indices().take(KEY_AHEAD);
        let Some((_, first)) = chars.next() else {
            return Ok(None);
        };
        let quoted = opens(first);
        if !quoted && !first.is_alphabetic() && first != '_' && first != '$' {
            return Ok(None);
        }
        let found = chars.find(|(_, c)| if quoted { closes(first, *c) } else { !is_key_char(*c) });
        self.budget.spend(1 + found.map_or(KEY_AHEAD, |(end, _)| end) / 4)?;
        let (key, end) = match found {
            Some((end, quote)) if quoted => {
                (rest.get(first.len_utf8()..end), end + quote.len_utf8())
            }
            None if quoted => return Ok(None),
            _ => {
                let end = found.map_or(rest.len(), |(end, _)| end);
                (rest.get(..end), end)
            }
        };
        let key = key.unwrap_or_default().to_owned();
        let separator = self.after_blank(at + end)?.1;
        let is_key =
            separator == Some(':') || (separator == Some('=') && self.known.contains(&key));
        Ok(is_key.then_some(key))
    }
}

/// Whether nothing but white space stands between the last quote and the end.
fn after_gap(text: &str, quote: char) -> bool {
    let before = text.trim_end_matches(is_space);
    before.len() < text.len() && before.ends_with(quote)
}

/// Whether a character may be part of an unquoted key.
pub(crate) fn is_key_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '.')
}
