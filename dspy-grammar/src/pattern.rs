//! Whether a text is a regular expression that the runtime can search for.
//!
//! The runtime's engine is the crate `regex-lite`. The macros may not depend on it, so this module
//! accepts what that crate accepts and refuses the rest; a test holds the two against each other.

mod class;
mod cursor;
mod escape;
mod group;
mod size;

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use cursor::Cursor;
use size::Size;

/// What is wrong with a pattern, and where.
///
/// As text it shows the part at fault and its place, counted in characters from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// The bytes of the pattern that are at fault.
    pub range: Range<usize>,
    /// What is wrong with them.
    pub message: String,
    found: String,
    character: usize,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.found.is_empty() {
            write!(f, "{}", self.message)
        } else {
            write!(f, "`{}` at character {}: {}", self.found, self.character, self.message)
        }
    }
}

/// Checks that a text is a regular expression for the runtime: groups, named groups, classes,
/// repetitions, anchors, word boundaries and the flags `imsURux`, and neither look-around nor
/// back-references nor Unicode classes.
///
/// # Errors
/// The first fault from the left; a pattern that is too large is found last.
///
/// ```
/// use dspy_grammar::check_pattern;
///
/// assert!(check_pattern(r"^[A-Z]{2}-\d+$").is_ok());
/// let error = check_pattern("a(?=b)").unwrap_err();
/// assert_eq!(error.range, 1..4);
/// assert!(error.to_string().starts_with("`(?=` at character 2: look-around"));
/// ```
pub fn check_pattern(pattern: &str) -> Result<(), PatternError> {
    let mut parser = Parser {
        cursor: Cursor::new(pattern),
        flags: Flags::default(),
        depth: 0,
        groups: 0,
        names: BTreeSet::new(),
    };
    let checked = parser.alternatives(0).and_then(|whole| match whole.excess() {
        None => Ok(()),
        Some(message) => Err((0..pattern.len(), message.to_owned())),
    });
    checked.map_err(|(range, message)| {
        let before = pattern.get(..range.start).unwrap_or_default();
        PatternError {
            found: excerpt(pattern.get(range.clone()).unwrap_or_default()),
            character: before.chars().count() + 1,
            range,
            message,
        }
    })
}

fn excerpt(text: &str) -> String {
    const LONGEST: usize = 30;
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// What a step of the parser gives: a fault has its bytes and its words.
type Step<T> = Result<T, (Range<usize>, String)>;

/// How many groups, and how many constructs of the syntax tree, may stand one inside the other.
const NESTING: u32 = 50;
const TOO_DEEP: &str = "groups and repetitions are nested too deeply";

#[derive(Clone, Copy, Default)]
struct Flags {
    /// `i`: ASCII letters of both cases match.
    any_case: bool,
    /// `x`: white space and comments mean nothing.
    spaced: bool,
    /// `s`: the dot matches line breaks.
    dot_all: bool,
    /// `R`: `\r\n` is a line break.
    crlf: bool,
}

struct Parser<'p> {
    cursor: Cursor<'p>,
    flags: Flags,
    depth: u32,
    /// How many groups have captured so far.
    groups: u32,
    names: BTreeSet<&'p str>,
}

impl<'p> Parser<'p> {
    /// Steps over the present character and, under the flag `x`, over space and comments.
    fn step(&mut self) -> bool {
        self.cursor.bump() && {
            self.skip_space();
            !self.cursor.is_done()
        }
    }

    fn skip_space(&mut self) {
        if self.flags.spaced {
            self.cursor.skip_space_and_comments();
        }
    }

    /// A fault of the bytes from here to the cursor, its present character included.
    fn fault<T>(&self, start: usize, message: impl Into<String>) -> Step<T> {
        Err((start..self.cursor.end_of_present(), message.into()))
    }

    /// Alternatives up to the end of the pattern, or to the `)` of the group that began at `start`.
    fn alternatives(&mut self, start: usize) -> Step<Size> {
        let depth = self.depth;
        if depth > NESTING {
            return self.fault(start, TOO_DEEP);
        }
        self.depth += 1;
        let mut alternatives = Vec::new();
        let mut sequence: Vec<Size> = Vec::new();
        loop {
            self.skip_space();
            let at = self.cursor.at();
            let Some(letter) = self.cursor.present() else { break };
            match letter {
                '(' => self.group(&mut sequence)?,
                ')' if depth == 0 => {
                    return self.fault(at, "there is no `(` before it; write `\\)` for the sign");
                }
                ')' => break,
                '|' => {
                    alternatives.push(Size::sequence(std::mem::take(&mut sequence)));
                    self.cursor.bump();
                }
                '[' => sequence.push(self.class()?),
                '?' | '*' | '+' | '{' => {
                    let Some(repeated) = sequence.pop() else {
                        let message =
                            format!("there is nothing to repeat; write `\\{letter}` for the sign");
                        return self.fault(at, message);
                    };
                    sequence.push(self.repetition(letter, repeated)?);
                }
                _ => sequence.push(self.primitive(letter)?.size()),
            }
        }
        self.depth -= 1;
        alternatives.push(Size::sequence(sequence));
        Ok(Size::alternatives(alternatives))
    }

    fn repetition(&mut self, sign: char, repeated: Size) -> Step<Size> {
        let (min, max) = match sign {
            '?' => (0, Some(1)),
            '*' => (0, None),
            '+' => (1, None),
            _ => return self.counted(repeated),
        };
        if self.cursor.bump() && self.cursor.present() == Some('?') {
            self.cursor.bump();
        }
        Ok(repeated.repeated(min, max))
    }

    /// `{2}`, `{2,}` or `{2,5}`.
    fn counted(&mut self, repeated: Size) -> Step<Size> {
        const UNCLOSED: &str =
            "a count is written `{2}`, `{2,}` or `{2,5}`; write `\\{` for the sign";
        let start = self.cursor.at();
        if !self.step() {
            return self.fault(start, UNCLOSED);
        }
        let min = self.count(start)?;
        let mut max = Some(min);
        if self.cursor.present() == Some(',') {
            if !self.step() {
                return self.fault(start, UNCLOSED);
            }
            max = if self.cursor.present() == Some('}') { None } else { Some(self.count(start)?) };
        }
        if self.cursor.present() != Some('}') {
            return self.fault(start, UNCLOSED);
        }
        let end = self.cursor.end_of_present();
        if self.step() && self.cursor.present() == Some('?') {
            self.cursor.bump();
        }
        if max.is_some_and(|max| min > max) {
            let message = "the lower count is the higher number; exchange the two";
            return Err((start..end, message.to_owned()));
        }
        Ok(repeated.repeated(min, max))
    }

    fn count(&mut self, start: usize) -> Step<u32> {
        let is_space = |letter: char| letter.is_whitespace();
        while self.cursor.present().is_some_and(is_space) {
            self.cursor.bump();
        }
        let mut digits = String::new();
        while let Some(digit) = self.cursor.present().filter(char::is_ascii_digit) {
            digits.push(digit);
            self.step();
        }
        while self.cursor.present().is_some_and(is_space) {
            self.step();
        }
        if digits.is_empty() {
            return self.fault(start, "a count needs a number; write `\\{` for the sign");
        }
        match digits.parse() {
            Ok(count) => Ok(count),
            Err(_) => self.fault(start, "the count is too large"),
        }
    }
}
