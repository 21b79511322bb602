//! Classes: `[a-z]`, `\d`, `[[:alpha:]]`.

use super::escape::Atom;
use super::size::Size;
use super::{Parser, Step};

const FIRST: u32 = 0;
const LAST: u32 = char::MAX as u32;
const BEFORE_SURROGATES: u32 = 0xD7FF;
const AFTER_SURROGATES: u32 = 0xE000;

/// A set of characters as ranges. How many ranges it takes decides how large a pattern is.
#[derive(Clone, Default)]
pub(super) struct Ranges(Vec<(u32, u32)>);

impl Ranges {
    fn of(ranges: &[(char, char)]) -> Self {
        let mut all = Self::default();
        for (start, end) in ranges {
            all.add(*start, *end);
        }
        all
    }

    fn add(&mut self, start: char, end: char) {
        self.0.push((u32::from(start), u32::from(end)));
    }

    pub(super) fn both_cases(letter: char) -> Self {
        let (upper, lower) = (letter.to_ascii_uppercase(), letter.to_ascii_lowercase());
        Self::of(&[(upper, upper), (lower, lower)])
    }

    /// What the dot matches.
    pub(super) fn dot(all: bool, crlf: bool) -> Self {
        let mut breaks = Self::default();
        if !all {
            breaks.add('\n', '\n');
            if crlf {
                breaks.add('\r', '\r');
            }
        }
        breaks.negated()
    }

    /// `\d`, `\s`, `\w`, and their negations in capitals.
    pub(super) fn perl(letter: char) -> Self {
        let name = match letter.to_ascii_lowercase() {
            'd' => "digit",
            's' => "space",
            _ => "word",
        };
        let named = Self::named(name).unwrap_or_default();
        if letter.is_ascii_uppercase() { named.negated() } else { named }
    }

    /// The class of a name such as `alpha`.
    fn named(name: &str) -> Option<Self> {
        Some(Self::of(match name {
            "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
            "alpha" => &[('A', 'Z'), ('a', 'z')],
            "ascii" => &[('\0', '\x7F')],
            "blank" => &[('\t', '\t'), (' ', ' ')],
            "cntrl" => &[('\0', '\x1F'), ('\x7F', '\x7F')],
            "digit" => &[('0', '9')],
            "graph" => &[('!', '~')],
            "lower" => &[('a', 'z')],
            "print" => &[(' ', '~')],
            "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
            "space" => &[('\t', '\r'), (' ', ' ')],
            "upper" => &[('A', 'Z')],
            "word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
            "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
            _ => return None,
        }))
    }

    /// The same set in ranges that neither overlap nor touch.
    fn joined(mut self) -> Self {
        self.0.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::with_capacity(self.0.len());
        for (start, end) in self.0 {
            match joined.last_mut() {
                Some((_, last)) if start <= last.saturating_add(1) => *last = end.max(*last),
                _ => joined.push((start, end)),
            }
        }
        Self(joined)
    }

    fn negated(self) -> Self {
        let mut others = Vec::new();
        let mut free = Some(FIRST);
        for (start, end) in self.joined().0 {
            if let Some(first) = free.filter(|first| *first < start) {
                let last = if start == AFTER_SURROGATES { BEFORE_SURROGATES } else { start - 1 };
                others.push((first, last));
            }
            free = match end {
                LAST => None,
                BEFORE_SURROGATES => Some(AFTER_SURROGATES),
                end => Some(end + 1),
            };
        }
        others.extend(free.map(|first| (first, LAST)));
        Self(others)
    }

    /// The set with the other case of its letters, as the engine finds it: of a range that holds
    /// lower-case letters only those are looked at.
    fn in_any_case(mut self) -> Self {
        const STEP: u32 = 32;
        let part = |(start, end): (u32, u32), first: char, last: char| {
            let (start, end) = (start.max(u32::from(first)), end.min(u32::from(last)));
            (start <= end).then_some((start, end))
        };
        let folded: Vec<_> = self
            .0
            .iter()
            .filter_map(|range| match part(*range, 'a', 'z') {
                Some((start, end)) => Some((start - STEP, end - STEP)),
                None => part(*range, 'A', 'Z').map(|(start, end)| (start + STEP, end + STEP)),
            })
            .collect();
        self.0.extend(folded);
        self
    }

    /// How many ranges it takes.
    pub(super) fn count(&self) -> usize {
        self.clone().joined().0.len()
    }
}

impl Parser<'_> {
    pub(super) fn class(&mut self) -> Step<Size> {
        const UNCLOSED: &str = "the class is not closed; write `\\[` for the sign";
        let start = self.cursor.at();
        let unclosed = || Err((start..start + 1, UNCLOSED.to_owned()));
        let mut set = Ranges::default();
        let mut is_open = self.step();
        let is_negated = self.cursor.present() == Some('^');
        if is_negated {
            is_open = self.step();
        }
        while self.cursor.present() == Some('-') {
            set.add('-', '-');
            is_open = self.step();
        }
        if set.0.is_empty() && self.cursor.present() == Some(']') {
            set.add(']', ']');
            is_open = self.step();
        }
        if !is_open {
            return unclosed();
        }
        loop {
            self.skip_space();
            let at = self.cursor.at();
            let Some(letter) = self.cursor.present() else { return unclosed() };
            let next = self.cursor.next();
            match letter {
                '[' => match self.posix() {
                    Some(ranges) => set.0.extend(ranges.0),
                    None => {
                        let message = "a class inside a class is not supported; write `\\[` for \
                                       the sign";
                        return self.fault(at, message);
                    }
                },
                ']' => {
                    self.cursor.bump();
                    if self.flags.any_case {
                        // The engine joins the ranges first.
                        set = set.joined().in_any_case();
                    }
                    let set = if is_negated { set.negated() } else { set };
                    return Ok(Size::class(set.count()));
                }
                '&' | '-' | '~' if next == Some(letter) => {
                    let message = format!(
                        "classes cannot be combined by `{letter}{letter}`; write `\\{letter}` for \
                         the sign"
                    );
                    return Err((at..at + 2, message));
                }
                _ => self.class_range(start, &mut set)?,
            }
        }
    }

    /// A character, a class by escape, or a range.
    fn class_range(&mut self, class: usize, set: &mut Ranges) -> Step<()> {
        let start = self.cursor.at();
        let first = self.class_item()?;
        let end = self.cursor.at();
        self.skip_space();
        let unclosed = Err((class..class + 1, "the class is not closed".to_owned()));
        let Some(letter) = self.cursor.present() else { return unclosed };
        let after =
            if self.flags.spaced { self.cursor.next_past_space() } else { self.cursor.next() };
        if letter != '-' || matches!(after, Some(']' | '-')) {
            match first {
                Atom::Char(letter) => set.add(letter, letter),
                Atom::Class(ranges) => set.0.extend(ranges.joined().0),
                Atom::Place => {
                    let message = "a place is no character, and cannot stand in a class";
                    return Err((start..end, message.to_owned()));
                }
            }
            return Ok(());
        }
        if !self.step() {
            return unclosed;
        }
        let last = self.class_item()?;
        let range = start..self.cursor.at();
        match (first, last) {
            (Atom::Char(first), Atom::Char(last)) if first > last => {
                Err((range, "the range ends before it starts; exchange the two".to_owned()))
            }
            (Atom::Char(first), Atom::Char(last)) => {
                set.add(first, last);
                Ok(())
            }
            _ => Err((range, "a range needs a character on both sides".to_owned())),
        }
    }

    fn class_item(&mut self) -> Step<Atom> {
        let start = self.cursor.at();
        let letter = self.cursor.present();
        self.cursor.bump();
        match letter {
            Some('\\') | None => self.escape(start),
            Some(letter) => Ok(Atom::Char(letter)),
        }
    }

    /// `[:alpha:]`; the cursor stays where it is if there is no such thing.
    fn posix(&mut self) -> Option<Ranges> {
        let start = self.cursor.at();
        let found = self.try_posix();
        if found.is_none() {
            self.cursor.go_back_to(start);
        }
        found
    }

    fn try_posix(&mut self) -> Option<Ranges> {
        if !self.cursor.bump_over("[:") {
            return None;
        }
        let is_negated = self.cursor.bump_over("^");
        let begin = self.cursor.at();
        while self.cursor.present().is_some_and(|letter| letter != ':') {
            self.cursor.bump();
        }
        let named = Ranges::named(self.cursor.since(begin))?;
        if !self.cursor.bump_over(":]") {
            return None;
        }
        Some(if is_negated { named.negated() } else { named })
    }
}
