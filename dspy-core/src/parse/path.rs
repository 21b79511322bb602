//! Where in a value something happened, as a JSON pointer.

use std::fmt::Write as _;

/// A key longer than this is shortened in a pointer, so that a hostile key cannot make every
/// repair below it as long as itself.
const SEGMENT: usize = 64;

/// The way from the root to the value at hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path {
    pointer: String,
    /// Where the pointer ended before each segment.
    starts: Vec<usize>,
}

impl Path {
    pub(crate) fn push_key(&mut self, key: &str) {
        self.starts.push(self.pointer.len());
        push_key(&mut self.pointer, key);
    }

    pub(crate) fn push_index(&mut self, index: usize) {
        self.starts.push(self.pointer.len());
        push_index(&mut self.pointer, index);
    }

    pub(crate) fn pop(&mut self) {
        if let Some(start) = self.starts.pop() {
            self.pointer.truncate(start);
        }
    }

    pub(crate) fn depth(&self) -> usize {
        self.starts.len()
    }

    pub(crate) fn truncate(&mut self, depth: usize) {
        if let Some(start) = self.starts.get(depth) {
            self.pointer.truncate(*start);
            self.starts.truncate(depth);
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.pointer
    }

    /// `/items/0`, or the empty text for the root.
    pub(crate) fn pointer(&self) -> String {
        self.pointer.clone()
    }
}

/// Appends a key to a pointer.
pub(crate) fn push_key(pointer: &mut String, key: &str) {
    pointer.push('/');
    let short = key.len() <= SEGMENT;
    if short && !key.contains(['~', '/']) {
        return pointer.push_str(key);
    }
    for c in key.chars().take(SEGMENT) {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
    if !short && key.chars().nth(SEGMENT).is_some() {
        pointer.push('…');
    }
}

/// Appends the place in a list to a pointer.
pub(crate) fn push_index(pointer: &mut String, index: usize) {
    // Writing to a text cannot fail.
    let _ = write!(pointer, "/{index}");
}
