//! Groups and flags.

use super::size::Size;
use super::{Flags, Parser, Step};

impl Parser<'_> {
    /// A group, or flags for the rest of the group around them.
    pub(super) fn group(&mut self, sequence: &mut Vec<Size>) -> Step<()> {
        let start = self.cursor.at();
        let flags_before = self.flags;
        if let Some(group) = self.open(start)? {
            sequence.push(group);
            self.flags = flags_before;
        }
        if self.cursor.present() != Some(')') {
            let opened = start..start + 1;
            return Err((opened, "the group is not closed; write `\\(` for the sign".to_owned()));
        }
        self.cursor.bump();
        Ok(())
    }

    fn open(&mut self, start: usize) -> Step<Option<Size>> {
        self.step();
        for sign in ["?=", "?!", "?<=", "?<!"] {
            if self.cursor.bump_over(sign) {
                let message = "look-around is not supported; match what is around it as well, or \
                               check it by `#[check(…)]`";
                return Err((start..self.cursor.at(), message.to_owned()));
            }
        }
        if self.cursor.bump_over("?P<") || self.cursor.bump_over("?<") {
            self.groups += 1;
            let index = self.groups;
            let name = self.read_name(start)?;
            let inside = self.alternatives(start)?;
            return Ok(Some(inside.captured(index, Some(name))));
        }
        if !self.cursor.bump_over("?") {
            self.groups += 1;
            let index = self.groups;
            let inside = self.alternatives(start)?;
            return Ok(Some(inside.captured(index, None)));
        }
        let flags = self.cursor.at();
        self.flags = self.read_flags(start)?;
        let is_bare = self.cursor.present() == Some(')');
        if is_bare && self.cursor.at() == flags {
            return self.fault(start, "there is no flag; write `(?i)`, or `(?:…)` for a group");
        }
        if is_bare {
            return Ok(None);
        }
        self.cursor.bump();
        self.alternatives(start).map(Some)
    }

    /// The length of a group's name.
    fn read_name(&mut self, start: usize) -> Step<usize> {
        let begin = self.cursor.at();
        while let Some(letter) = self.cursor.present().filter(|letter| *letter != '>') {
            let is_first = self.cursor.at() == begin;
            let is_allowed = letter == '_'
                || if is_first {
                    letter.is_alphabetic()
                } else {
                    letter.is_alphanumeric() || matches!(letter, '.' | '[' | ']')
                };
            if !is_allowed {
                let message = "a group's name is made of letters, digits and `_`, and does not \
                               start with a digit";
                return self.fault(start, message);
            }
            self.cursor.bump();
        }
        let name = self.cursor.since(begin);
        if self.cursor.is_done() {
            return self.fault(start, "the group's name is not closed by `>`");
        }
        if name.is_empty() {
            return self.fault(start, "the group's name is empty; write `(…)` for one without");
        }
        self.cursor.bump();
        if !self.names.insert(name) {
            let message = format!("another group is named `{name}` already");
            return Err((start..self.cursor.at(), message));
        }
        Ok(name.len())
    }

    fn read_flags(&mut self, start: usize) -> Step<Flags> {
        const UNCLOSED: &str = "flags end with `)` or `:`, as in `(?i)` and `(?i:…)`";
        let mut flags = self.flags;
        let mut is_off = false;
        let mut seen = String::new();
        loop {
            let Some(letter) = self.cursor.present() else {
                return self.fault(start, UNCLOSED);
            };
            match letter {
                ':' | ')' => break,
                '-' if is_off => return self.fault(start, "the flags have two `-`; keep one"),
                '-' => is_off = true,
                'i' => flags.any_case = !is_off,
                's' => flags.dot_all = !is_off,
                'R' => flags.crlf = !is_off,
                'x' => flags.spaced = !is_off,
                'm' | 'U' | 'u' => {}
                _ => {
                    let message = "there is no such flag; there are `i`, `m`, `s`, `U`, `R`, `x` \
                                   and `u`";
                    return self.fault(start, message);
                }
            }
            if letter != '-' && seen.contains(letter) {
                return self.fault(start, format!("the flag `{letter}` is given twice"));
            }
            seen.push(letter);
            self.cursor.bump();
        }
        if seen.ends_with('-') {
            return self.fault(start, "no flag follows the `-`");
        }
        Ok(flags)
    }
}
