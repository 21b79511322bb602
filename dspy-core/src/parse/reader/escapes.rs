//! Backslashes inside of a quoted text.

use super::Reader;
use crate::parse::error::ParseError;
use crate::parse::repair::RepairKind;

impl Reader<'_> {
    /// Reads the escape at the current backslash.
    pub(super) fn escape(&mut self, out: &mut String) -> Result<(), ParseError> {
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
                self.note(RepairKind::Syntax, &format!("\\{other}"), &format!("\\\\{other}"));
                out.push('\\');
                other
            }
        };
        out.push(plain);
        self.advance(c)
    }

    fn unicode(&mut self, out: &mut String) -> Result<(), ParseError> {
        let Some(unit) = hex(self.rest(), 'u') else {
            let digits = self.rest().strip_prefix('u').unwrap_or_default();
            if digits.len() < 4 && digits.chars().all(|c| c.is_ascii_hexdigit()) {
                return Err(self.malformed("the text ends inside an escape"));
            }
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

/// The four hexadecimal digits after `mark`.
fn hex(rest: &str, mark: char) -> Option<u32> {
    let digits = rest.strip_prefix(mark)?.get(..4)?;
    if !digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}
