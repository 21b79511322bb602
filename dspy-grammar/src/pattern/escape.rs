//! Single characters and what follows a backslash.

use super::class::Ranges;
use super::size::Size;
use super::{Parser, Step};

/// What a character or an escape stands for.
pub(super) enum Atom {
    Char(char),
    Class(Ranges),
    /// A place, such as the start of a word.
    Place,
}

impl Atom {
    pub(super) fn size(&self) -> Size {
        match self {
            Self::Char(_) => Size::char(),
            Self::Class(ranges) => Size::class(ranges.count()),
            Self::Place => Size::place(),
        }
    }
}

impl Parser<'_> {
    /// A character outside of classes.
    pub(super) fn primitive(&mut self, letter: char) -> Step<Atom> {
        let start = self.cursor.at();
        self.cursor.bump();
        Ok(match letter {
            '\\' => return self.escape(start),
            '.' => Atom::Class(Ranges::dot(self.flags.dot_all, self.flags.crlf)),
            '^' | '$' => Atom::Place,
            other => self.char(other),
        })
    }

    fn char(&self, letter: char) -> Atom {
        if self.flags.any_case && letter.is_ascii_alphabetic() {
            Atom::Class(Ranges::both_cases(letter))
        } else {
            Atom::Char(letter)
        }
    }

    /// What follows a backslash, which stands at `start`.
    pub(super) fn escape(&mut self, start: usize) -> Step<Atom> {
        let Some(letter) = self.cursor.present() else {
            return self.fault(start, "nothing follows the backslash; write `\\\\` for the sign");
        };
        match letter {
            '0'..='9' => {
                return self.fault(start, "back-references are not supported");
            }
            'p' | 'P' => {
                return self.fault(
                    start,
                    "Unicode classes are not supported; list the characters, such as `[a-zäöü]`",
                );
            }
            'x' => return self.hex(start, 2),
            'u' => return self.hex(start, 4),
            'U' => return self.hex(start, 8),
            'd' | 's' | 'w' | 'D' | 'S' | 'W' => {
                self.cursor.bump();
                return Ok(Atom::Class(Ranges::perl(letter)));
            }
            _ => {}
        }
        let end = self.cursor.end_of_present();
        self.cursor.bump();
        Ok(match letter {
            'a' => Atom::Char('\x07'),
            'f' => Atom::Char('\x0C'),
            't' => Atom::Char('\t'),
            'n' => Atom::Char('\n'),
            'r' => Atom::Char('\r'),
            'v' => Atom::Char('\x0B'),
            'A' | 'z' | 'B' | '<' | '>' => Atom::Place,
            'b' => {
                if self.cursor.present() == Some('{') {
                    self.word_boundary(start)?;
                }
                Atom::Place
            }
            _ if letter.is_ascii_alphabetic() || !letter.is_ascii() => {
                let message = format!("there is no such escape; write `{letter}` for the sign");
                return Err((start..end, message));
            }
            sign => self.char(sign),
        })
    }

    /// The `{start}` of `\b{start}`. A `{` with anything else but a name is a count.
    fn word_boundary(&mut self, start: usize) -> Step<()> {
        const KINDS: [&str; 4] = ["start", "end", "start-half", "end-half"];
        let is_of_name = |letter: &char| letter.is_ascii_alphabetic() || *letter == '-';
        let unknown = "a word boundary is `\\b`, or `\\b{start}`, `\\b{end}`, `\\b{start-half}` or \
                       `\\b{end-half}`";
        let brace = self.cursor.at();
        if !self.step() {
            return self.fault(start, unknown);
        }
        if !self.cursor.present().is_some_and(|letter| is_of_name(&letter)) {
            self.cursor.go_back_to(brace);
            return Ok(());
        }
        let mut name = String::new();
        while let Some(letter) = self.cursor.present().filter(is_of_name) {
            name.push(letter);
            self.step();
        }
        if self.cursor.present() != Some('}') || !KINDS.contains(&name.as_str()) {
            return self.fault(start, unknown);
        }
        self.cursor.bump();
        Ok(())
    }

    /// A character by its number: so many digits, or any number of them in braces.
    fn hex(&mut self, start: usize, digits: usize) -> Step<Atom> {
        let short = || {
            format!("a character's number has {digits} hexadecimal digits, or is written in braces")
        };
        if !self.step() {
            return self.fault(start, short());
        }
        let mut number = String::new();
        if self.cursor.present() == Some('{') {
            while self.step() && self.cursor.present() != Some('}') {
                match self.cursor.present().filter(char::is_ascii_hexdigit) {
                    Some(digit) => number.push(digit),
                    None => return self.fault(start, "this is no hexadecimal number"),
                }
            }
            if self.cursor.is_done() || number.is_empty() {
                return self.fault(start, "a character's number in braces is written `{1f600}`");
            }
        } else {
            for index in 0..digits {
                if index > 0 && !self.step() {
                    return self.fault(start, short());
                }
                match self.cursor.present().filter(char::is_ascii_hexdigit) {
                    Some(digit) => number.push(digit),
                    None => return self.fault(start, short()),
                }
            }
        }
        let end = self.cursor.end_of_present();
        self.step();
        match u32::from_str_radix(&number, 16).ok().and_then(char::from_u32) {
            Some(letter) => Ok(self.char(letter)),
            None => Err((start..end, "no character has this number".to_owned())),
        }
    }
}
