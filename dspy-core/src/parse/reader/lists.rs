//! Lists in all their brackets: those of JSON, and Python's tuples and sets.

use super::{Open, Reader, Stop, is_space, strings};
use crate::parse::node::Node;
use crate::parse::repair::RepairKind;

/// How far ahead is looked for what tells a tuple or set from something else.
const LOOK_AHEAD: usize = 80;

/// The brackets around a list; round and curly ones are those of Python's tuples and sets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Brackets {
    Square,
    Round,
    Curly,
}

impl Brackets {
    fn close(self) -> char {
        match self {
            Self::Square => ']',
            Self::Round => ')',
            Self::Curly => '}',
        }
    }
}

impl Reader<'_> {
    pub(super) fn array(&mut self, brackets: Brackets) -> Result<Node, Stop> {
        self.enter(Open::Array)?;
        let close = brackets.close();
        if brackets != Brackets::Square {
            self.note(RepairKind::Syntax, &close.to_string(), "]");
        }
        let mut items = Vec::new();
        let mut comma = true;
        let mut quoted = false;
        let mut left_out = false;
        loop {
            self.skip()?;
            match self.peek() {
                None if items.is_empty() => {
                    return Err(self.malformed("the text ends inside a list"));
                }
                None => {
                    self.note(RepairKind::Incomplete, "", "]");
                    break;
                }
                Some(c) if c == close => {
                    if items.is_empty() && (left_out || self.after_comma()) {
                        return Err(self.malformed("a list holds nothing but placeholders"));
                    }
                    if comma && !items.is_empty() && brackets == Brackets::Square {
                        self.note(RepairKind::Syntax, ",]", "]");
                    }
                    self.advance(c)?;
                    break;
                }
                Some('}') if self.encloses(Open::Object) => {
                    self.note(RepairKind::Syntax, "}", "]}");
                    break;
                }
                Some(c @ (',' | ';')) => {
                    self.separated(c, comma)?;
                    comma = true;
                }
                Some(_) if self.ellipsis()? => left_out = true,
                Some(c) => {
                    if !items.is_empty() && self.at_key_of_parent(c)? {
                        self.note(RepairKind::Syntax, "", "]");
                        break;
                    }
                    if !comma {
                        self.check_gap(c, quoted)?;
                        self.note(RepairKind::Syntax, "", ",");
                    }
                    comma = false;
                    quoted = strings::opens(c);
                    self.path.push_index(items.len());
                    items.push(self.value()?);
                    self.path.pop();
                    self.committed |= quoted || c == '{' || c == '[';
                }
            }
        }
        self.open.pop();
        Ok(Node::List(items))
    }

    /// Takes a comma, or a semicolon in its place.
    pub(super) fn separated(&mut self, mark: char, doubled: bool) -> Result<(), Stop> {
        if doubled || mark == ';' {
            self.note(RepairKind::Syntax, &mark.to_string(), if doubled { "" } else { "," });
        }
        self.advance(mark)
    }

    /// Whether an item may start here although no comma stands before it.
    fn check_gap(&self, c: char, after_quote: bool) -> Result<(), Stop> {
        let before = self.text.get(..self.at).unwrap_or_default();
        let line_break = before.get(before.trim_end_matches(is_space).len()..);
        let same_line = line_break.is_some_and(|gap| !gap.contains('\n'));
        // `'the cats' food'` is one text with a quote inside of it.
        let word = after_quote && same_line && c.is_alphanumeric();
        if word || !(self.after_space() || self.after_bracket()) {
            return Err(self.malformed("there is no comma between two items"));
        }
        Ok(())
    }

    /// Whether a Python tuple starts here: brackets with a comma inside, not words in brackets.
    pub(super) fn starts_tuple(&mut self) -> Result<bool, Stop> {
        let inside = self.rest().get(1..).unwrap_or_default().trim_start_matches(is_space);
        let item = inside.starts_with(|c: char| {
            strings::opens(c) || c.is_ascii_digit() || matches!(c, '-' | '[' | '{' | '(')
        });
        if !item {
            return Ok(false);
        }
        let ahead = start_of(inside);
        self.budget.spend(ahead.len() / 4)?;
        let comma = ahead.find(',').unwrap_or(usize::MAX);
        Ok(comma < ahead.find(')').unwrap_or(usize::MAX))
    }

    /// Whether a Python set starts here: `{'a', 'b'}`.
    pub(super) fn starts_set(&mut self) -> Result<bool, Stop> {
        let inside = self.rest().get(1..).unwrap_or_default().trim_start_matches(is_space);
        let Some(quote) = inside.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return Ok(false);
        };
        let rest = inside.get(1..).unwrap_or_default();
        let ahead = start_of(rest);
        self.budget.spend(8)?;
        let Some((item, after)) = ahead.split_once(quote) else { return Ok(false) };
        self.budget.spend(item.len() / 4)?;
        Ok(after.trim_start_matches(is_space).starts_with([',', '}']))
    }
}

/// As much of a text as is looked at.
fn start_of(text: &str) -> &str {
    match text.char_indices().nth(LOOK_AHEAD) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}
