//! Backslashes inside of a quoted text.

use super::{Reader, Stop};
use crate::parse::repair::RepairKind;

impl Reader<'_> {
    /// Reads the escape at the current backslash.
    pub(super) fn escape(&mut self, out: &mut String) -> Result<(), Stop> {
        self.advance('\\')?;
        let Some(c) = self.peek() else {
            return Err(self.malformed("the text ends inside an escape"));
        };
        let plain = match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            '"' | '\\' | '/' => c,
            '\'' | '`' => {
                self.note(RepairKind::Syntax, &format!("\\{c}"), &c.to_string());
                c
            }
            'u' => return self.unicode(out),
            other => {
                // `\d` and the like are meant literally.
                self.escapes.literal |= other.is_ascii_alphabetic();
                self.note(RepairKind::Syntax, &format!("\\{other}"), &format!("\\\\{other}"));
                out.push('\\');
                other
            }
        };
        if matches!(c, 'n' | 't' | 'r' | 'b' | 'f') {
            self.escapes.controls.push(out.len());
        }
        out.push(plain);
        self.advance(c)
    }

    /// Where a text has escapes that JSON does not know, such as the `\alpha` of a formula, those
    /// that JSON does know may be the same: `\frac` has no form feed in it.
    pub(super) fn restore_commands(&mut self, out: &mut String, start: usize) {
        if !self.escapes.literal {
            return;
        }
        let controls = std::mem::take(&mut self.escapes.controls);
        let in_path = is_path(out.get(start..).unwrap_or_default());
        let mut restored = String::new();
        let mut done = start;
        for at in controls.into_iter().filter(|at| *at >= start) {
            let tail = out.get(at..).unwrap_or_default();
            let Some(control) = tail.chars().next() else { continue };
            let letter = match control {
                '\u{8}' => 'b',
                '\u{c}' => 'f',
                '\n' => 'n',
                '\r' => 'r',
                _ => 't',
            };
            let letters = tail.chars().skip(1).take_while(char::is_ascii_alphabetic);
            let word: String = letters.take(LONGEST_COMMAND).collect();
            let command = format!("{letter}{word}");
            let never_meant = matches!(letter, 'b' | 'f') && !word.is_empty();
            if never_meant || in_path || COMMANDS.contains(&command.as_str()) {
                self.note(RepairKind::Syntax, &format!("\\{command}"), &format!("\\\\{command}"));
                restored.push_str(out.get(done..at).unwrap_or_default());
                restored.push('\\');
                restored.push(letter);
                done = at + control.len_utf8();
            }
        }
        if done > start {
            restored.push_str(out.get(done..).unwrap_or_default());
            out.truncate(start);
            out.push_str(&restored);
        }
    }

    fn unicode(&mut self, out: &mut String) -> Result<(), Stop> {
        let Some(unit) = hex(self.rest(), 'u') else {
            let digits = self.rest().strip_prefix('u').unwrap_or_default();
            if digits.len() < 4 && digits.chars().all(|c| c.is_ascii_hexdigit()) {
                return Err(self.malformed("the text ends inside an escape"));
            }
            self.escapes.literal = true;
            self.note(RepairKind::Syntax, "\\u", "\\\\u");
            out.push_str("\\u");
            return self.advance('u');
        };
        self.jump(self.at + 5)?;
        if let Some(c) = char::from_u32(unit) {
            out.push(c);
            return Ok(());
        }
        let low = self.rest().strip_prefix('\\').and_then(|rest| hex(rest, 'u'));
        if let Some(low) = low.filter(|low| unit < 0xdc00 && (0xdc00..0xe000).contains(low)) {
            let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            return self.jump(self.at + 6);
        }
        self.note(RepairKind::LoneSurrogate, &format!("\\u{unit:04x}"), "\u{fffd}");
        out.push(char::REPLACEMENT_CHARACTER);
        Ok(())
    }
}

/// Whether a text is a path of Windows: `C:\dir`.
fn is_path(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.next() == Some(':')
        && chars.next().is_some_and(|c| c == '\\' || c.is_control())
}

/// More letters than any of the commands has.
const LONGEST_COMMAND: usize = 16;

/// Commands of formulas that begin like an escape of JSON.
const COMMANDS: &[&str] = &[
    "nabla",
    "ne",
    "neg",
    "neq",
    "newline",
    "ni",
    "not",
    "notin",
    "nu",
    "rangle",
    "rceil",
    "rfloor",
    "rho",
    "right",
    "rightarrow",
    "rm",
    "tag",
    "tan",
    "tanh",
    "tau",
    "text",
    "textbf",
    "textit",
    "tfrac",
    "theta",
    "tilde",
    "times",
    "to",
    "top",
    "triangle",
];

/// What is known of the escapes of the text at hand.
#[derive(Debug, Default)]
pub(super) struct Escapes {
    /// Whether there was one that JSON does not know.
    pub(super) literal: bool,
    /// Where in the text those stand that JSON knows as control characters.
    controls: Vec<usize>,
}

/// The four hexadecimal digits after `mark`.
fn hex(rest: &str, mark: char) -> Option<u32> {
    let digits = rest.strip_prefix(mark)?.get(..4)?;
    if !digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}
