//! Where in a value something happened, as a JSON pointer.

/// A key longer than this is shortened in a pointer, so that a hostile key cannot make every
/// repair below it as long as itself.
const SEGMENT: usize = 64;

/// The way from the root to the value at hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path {
    segments: Vec<String>,
}

impl Path {
    pub(crate) fn push_key(&mut self, key: &str) {
        let mut segment: String = key.chars().take(SEGMENT).collect();
        if segment.len() < key.len() {
            segment.push('…');
        }
        self.segments.push(segment.replace('~', "~0").replace('/', "~1"));
    }

    pub(crate) fn push_index(&mut self, index: usize) {
        self.segments.push(index.to_string());
    }

    pub(crate) fn pop(&mut self) {
        self.segments.pop();
    }

    pub(crate) fn depth(&self) -> usize {
        self.segments.len()
    }

    pub(crate) fn truncate(&mut self, depth: usize) {
        self.segments.truncate(depth);
    }

    /// `/items/0`, or the empty text for the root.
    pub(crate) fn pointer(&self) -> String {
        self.segments.iter().fold(String::new(), |path, segment| path + "/" + segment)
    }
}
