//! Where a leaf stands in a program.

use std::fmt;

/// The place of a leaf in a program, spelled as DSPy spells it: `generate`, `rag.generate`,
/// `hops[0]`, `experts['k']`, and `self` for a program that is one bare predictor.
///
/// A `'` or `\` inside a map key is written with a `\` before it.
#[derive(Clone, Debug, Default)]
pub struct Path {
    text: String,
    frozen: u32,
    /// Whether nobody asks for the text.
    unnamed: bool,
}

/// Most paths are shorter, in bytes.
const ROOM: usize = 48;

impl Path {
    /// The path of the program itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// The same for a walk that asks for no path: nothing is written down on the way.
    pub(crate) fn unnamed() -> Self {
        Self { unnamed: true, ..Self::default() }
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        if self.text.is_empty() { "self" } else { &self.text }
    }

    /// Whether a part of the program on the way here is frozen: seen and saved, not optimized.
    pub fn is_frozen(&self) -> bool {
        self.frozen > 0
    }

    /// Walks into a field.
    pub fn field<R>(&mut self, name: &str, inside: impl FnOnce(&mut Self) -> R) -> R {
        self.extended(
            |text| {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            },
            inside,
        )
    }

    /// Walks into an element of a list.
    pub fn index<R>(&mut self, index: usize, inside: impl FnOnce(&mut Self) -> R) -> R {
        self.extended(|text| text.push_str(&format!("[{index}]")), inside)
    }

    /// Walks into a value of a map.
    pub fn key<R>(&mut self, key: &str, inside: impl FnOnce(&mut Self) -> R) -> R {
        self.extended(
            |text| {
                text.push_str("['");
                for c in key.chars() {
                    if matches!(c, '\'' | '\\') {
                        text.push('\\');
                    }
                    text.push(c);
                }
                text.push_str("']");
            },
            inside,
        )
    }

    /// Walks on at the same place, with everything inside frozen.
    pub fn frozen<R>(&mut self, inside: impl FnOnce(&mut Self) -> R) -> R {
        self.frozen += 1;
        let result = inside(self);
        self.frozen -= 1;
        result
    }

    fn extended<R>(
        &mut self,
        extend: impl FnOnce(&mut String),
        inside: impl FnOnce(&mut Self) -> R,
    ) -> R {
        if self.unnamed {
            return inside(self);
        }
        if self.text.capacity() == 0 {
            self.text.reserve(ROOM);
        }
        let length = self.text.len();
        extend(&mut self.text);
        let result = inside(self);
        self.text.truncate(length);
        result
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
