//! The answer's object as it arrives.

use serde_json::Value;

use super::read::find;
use crate::adapter::found::Piece;
use crate::adapter::markers::{Next, next, original};
use crate::adapter::names::meant;
use crate::adapter::stream::{FieldDelta, FieldStream, Given};
use crate::adapter::texts::with_texts;
use crate::signature::Field;

/// Bytes of a key, or of space between two parts, that are waited for.
const LONGEST: usize = 2000;

/// Streams the texts of an object's fields character by character, and every other value once it is
/// whole. At the first thing that is no strict JSON the rest waits for the end, where the whole text
/// decides.
#[derive(Debug)]
pub(super) struct ObjectStream {
    outputs: Vec<Field>,
    text: String,
    /// Everything before this byte was looked at.
    done: usize,
    state: State,
    seen: Vec<bool>,
    given: Given,
}

#[derive(Debug)]
enum State {
    /// Before the object.
    Outside,
    /// Before a key or the object's end.
    Key,
    /// In a text. What of it may become a marker waits.
    Text { field: Option<usize>, waiting: String },
    /// In any other value, from a byte on.
    Other { field: Option<usize>, from: usize, depth: usize, quoted: bool },
    /// The rest waits for the end.
    Held,
}

impl ObjectStream {
    pub(super) fn new(outputs: &[Field]) -> Self {
        Self {
            outputs: outputs.to_vec(),
            text: String::new(),
            done: 0,
            state: State::Outside,
            seen: outputs.iter().map(|_| false).collect(),
            given: Given::new(outputs),
        }
    }

    /// Goes one step; false where the text must go on first.
    fn step(&mut self, text: &str) -> bool {
        let rest = text.get(self.done..).unwrap_or_default();
        match std::mem::replace(&mut self.state, State::Held) {
            State::Outside => self.outside(rest),
            State::Key => self.key(rest),
            State::Text { field, waiting } => self.in_text(rest, field, waiting),
            State::Other { field, from, depth, quoted } => {
                self.in_other(text, field, from, (depth, quoted))
            }
            State::Held => false,
        }
    }

    /// Looks for a brace with a key after it.
    fn outside(&mut self, rest: &str) -> bool {
        let Some(at) = rest.find('{') else {
            self.done += rest.len();
            self.state = State::Outside;
            return false;
        };
        let behind = rest.get(at + 1..).unwrap_or_default();
        let after = behind.trim_start();
        if after.is_empty() {
            self.done += at;
            if behind.len() < LONGEST {
                self.state = State::Outside;
            }
            return false;
        }
        self.state = State::Outside;
        self.done += at + 1;
        if after.starts_with('"') {
            self.state = State::Key;
        }
        true
    }

    fn key(&mut self, rest: &str) -> bool {
        let start = rest.trim_start_matches([' ', '\t', '\r', '\n', ',']);
        let wait = |this: &mut Self| {
            // What drags on so long is looked at in the end, not again and again.
            if rest.len() < LONGEST {
                this.state = State::Key;
            }
            false
        };
        if start.is_empty() {
            self.done += rest.len();
            return wait(self);
        }
        let Some(inner) = start.strip_prefix('"') else { return false };
        let Some(end) = inner.find(['"', '\\']) else { return wait(self) };
        let (key, after) = inner.split_at(end);
        let Some(after) = after.strip_prefix('"') else { return false };
        let colon = after.trim_start();
        if colon.is_empty() {
            return wait(self);
        }
        let Some(value) = colon.strip_prefix(':').map(str::trim_start) else { return false };
        let Some(first) = value.chars().next() else { return wait(self) };
        let field = meant(&self.outputs, key);
        if let Some(seen) = field.and_then(|at| self.seen.get_mut(at)) {
            if *seen {
                // Of two equal keys the last one counts.
                return false;
            }
            *seen = true;
        }
        self.done += rest.len() - value.len();
        self.state = if first == '"' {
            self.done += 1;
            State::Text { field, waiting: String::new() }
        } else {
            State::Other { field, from: self.done, depth: 0, quoted: false }
        };
        true
    }

    fn in_text(&mut self, rest: &str, field: Option<usize>, mut waiting: String) -> bool {
        let mut taken = 0;
        let mut ended = None;
        loop {
            let ahead = rest.get(taken..).unwrap_or_default();
            let Some(at) = ahead.find(['"', '\\']) else {
                waiting.push_str(ahead);
                taken = rest.len();
                break;
            };
            waiting.push_str(ahead.get(..at).unwrap_or_default());
            taken += at;
            let special = ahead.get(at..).unwrap_or_default();
            if special.starts_with('"') {
                ended = Some(ends_text(special));
                break;
            }
            match escape(special) {
                Escape::Char { c, length } => {
                    waiting.push(c);
                    taken += length;
                }
                Escape::Short => break,
                Escape::Odd => {
                    self.flush(field, &mut waiting, false);
                    return false;
                }
            }
        }
        self.done += taken;
        match ended {
            Some(Some(true)) => {
                self.flush(field, &mut waiting, true);
                self.done += 1;
                self.state = State::Key;
                true
            }
            // A quote inside of the text, perhaps.
            Some(Some(false)) => {
                self.flush(field, &mut waiting, false);
                false
            }
            // Nothing follows the quote for too long.
            Some(None) if rest.len() - taken > LONGEST => false,
            _ => {
                self.flush(field, &mut waiting, false);
                self.state = State::Text { field, waiting };
                false
            }
        }
    }

    /// Gives what of a text cannot become a marker any more.
    fn flush(&mut self, field: Option<usize>, waiting: &mut String, whole: bool) {
        let mut ready = 0;
        let mut out = String::new();
        loop {
            match next(waiting, ready, whole) {
                Next::Marker(marker) => {
                    let before = marker.start - usize::from(marker.escaped);
                    out.push_str(waiting.get(ready..before).unwrap_or_default());
                    out.push_str(waiting.get(marker.start..marker.end).unwrap_or_default());
                    ready = marker.end;
                }
                Next::Open(at) => {
                    out.push_str(waiting.get(ready..at).unwrap_or_default());
                    ready = at;
                    break;
                }
                Next::Nothing => {
                    out.push_str(waiting.get(ready..).unwrap_or_default());
                    ready = waiting.len();
                    break;
                }
            }
        }
        waiting.drain(..ready);
        if let Some(field) = field {
            self.given.add(field, &out);
        }
    }

    fn in_other(
        &mut self,
        text: &str,
        field: Option<usize>,
        from: usize,
        (mut depth, mut quoted): (usize, bool),
    ) -> bool {
        let mut escaped = false;
        for (at, byte) in text.bytes().enumerate().skip(self.done) {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if quoted => escaped = true,
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth > 0 => depth -= 1,
                b',' | b'}' if depth == 0 => return self.end_other(text, field, from, at),
                _ => {}
            }
        }
        self.done = text.len() - usize::from(escaped);
        self.state = State::Other { field, from, depth, quoted };
        false
    }

    fn end_other(&mut self, text: &str, field: Option<usize>, from: usize, end: usize) -> bool {
        let written = text.get(from..end).unwrap_or_default();
        let Ok(value) = serde_json::from_str::<Value>(written) else { return false };
        if let Some(field) = field {
            let value = with_texts(value, &|text| original(text));
            self.given.complete(field, &Piece::Json(value).to_text());
        }
        self.done = end;
        self.state = State::Key;
        true
    }
}

/// Whether a quote ends a text: what follows must be the object's next part or its end. `None`
/// where nothing follows yet.
fn ends_text(from_quote: &str) -> Option<bool> {
    let after = from_quote.get(1..).unwrap_or_default().trim_start();
    match after.chars().next()? {
        '}' => Some(true),
        ',' => {
            let next = after.get(1..).unwrap_or_default().trim_start();
            Some(next.chars().next()? == '"')
        }
        _ => Some(false),
    }
}

enum Escape {
    Char { c: char, length: usize },
    Short,
    Odd,
}

/// Reads an escape at the start of a text.
fn escape(text: &str) -> Escape {
    let simple = |c| Escape::Char { c, length: 2 };
    match text.as_bytes().get(1) {
        None => Escape::Short,
        Some(b'"') => simple('"'),
        Some(b'\\') => simple('\\'),
        Some(b'/') => simple('/'),
        Some(b'b') => simple('\u{8}'),
        Some(b'f') => simple('\u{c}'),
        Some(b'n') => simple('\n'),
        Some(b'r') => simple('\r'),
        Some(b't') => simple('\t'),
        Some(b'u') => unicode(text),
        Some(_) => Escape::Odd,
    }
}

fn unicode(text: &str) -> Escape {
    let unit = |from: usize| -> Option<u16> {
        let digits = text.get(from..from + 4)?;
        let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
    };
    let Some(first) = unit(2) else {
        return if text.len() < 6 { Escape::Short } else { Escape::Odd };
    };
    if let Some(c) = char::from_u32(u32::from(first)) {
        return Escape::Char { c, length: 6 };
    }
    if text.len() < 12 {
        return Escape::Short;
    }
    let second = unit(8).filter(|_| text.get(6..8) == Some("\\u"));
    let pair = [Some(first), second].into_iter().flatten();
    match char::decode_utf16(pair).next() {
        Some(Ok(c)) => Escape::Char { c, length: 12 },
        _ => Escape::Odd,
    }
}

impl FieldStream for ObjectStream {
    fn push(&mut self, text: &str) -> Vec<FieldDelta> {
        self.text.push_str(text);
        let whole = std::mem::take(&mut self.text);
        while self.step(&whole) {}
        self.text = whole;
        self.given.take()
    }

    fn finish(&mut self) -> Vec<FieldDelta> {
        let found = find(&self.outputs, &self.text, |object| object);
        for (at, piece) in found.pieces.iter().enumerate() {
            if let Some(piece) = piece {
                self.given.complete(at, &piece.to_text());
            }
        }
        self.given.take()
    }
}
