//! A mistake in a text, and how it is shown.

use std::fmt::Write as _;
use std::ops::Range;

/// A mistake in a text: where it is, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The bytes of the text; an empty range is a place where something is missing.
    pub span: Range<usize>,
    /// What is wrong, why, and how to mend it.
    pub message: String,
}

/// The most characters of a line that are shown.
const WIDTH: usize = 100;
/// The characters shown before the place, where a line is too long to be shown whole.
const BEFORE: usize = 60;

impl Fault {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }

    /// The message, the line of the text, and a mark under the place:
    ///
    /// ```text
    /// `,` is missing before `question`
    ///   | context: Vec<String> question -> answer
    ///   |                      ^
    /// ```
    pub fn render(&self, text: &str) -> String {
        let start = floor(text, self.span.start);
        let end = floor(text, self.span.end).max(start);
        let (before, from_start) = text.split_at(start);
        // Never more than a window of the line is looked at, however long the text.
        let mut shown: Vec<char> =
            before.chars().rev().take_while(|c| *c != '\n').take(WIDTH + 1).collect();
        let is_cut = shown.len() > WIDTH;
        if is_cut {
            shown.truncate(BEFORE);
        }
        shown.reverse();
        if is_cut {
            shown.insert(0, '…');
        }
        let column = shown.len();
        let mut rest = from_start.chars().take_while(|c| *c != '\n');
        let room = WIDTH.saturating_sub(column).max(WIDTH - BEFORE);
        shown.extend(rest.by_ref().take(room));
        if rest.next().is_some() {
            shown.push('…');
        }
        while shown.len() > column && shown.last() == Some(&'\r') {
            shown.pop();
        }
        let line: String = shown.iter().copied().map(printable).collect();
        let width = text.get(start..end).unwrap_or_default().chars().take(WIDTH).count();
        let width = width.min(shown.len() - column).max(1);
        let mut rendered = String::new();
        let _ = write!(
            rendered,
            "{}\n  | {}\n  | {}{}",
            self.message,
            line.trim_end(),
            " ".repeat(column),
            "^".repeat(width)
        );
        rendered
    }
}

/// The place, moved back to the start of its character.
fn floor(text: &str, place: usize) -> usize {
    let mut place = place.min(text.len());
    while !text.is_char_boundary(place) {
        place -= 1;
    }
    place
}

/// A character that takes one column.
fn printable(c: char) -> char {
    match c {
        '\t' => ' ',
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}
