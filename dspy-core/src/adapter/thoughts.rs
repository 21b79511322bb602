//! Thoughts in tags ahead of an answer, as reasoning models without a channel of their own write them.

use memchr::memchr;

use crate::adapter::names::meant;
use crate::signature::Field;

const TAGS: [&str; 2] = ["think", "thinking"];

/// The thoughts ahead of an answer, and the rest of the text. Of the pair of tags the first may be
/// missing, if nothing before the second is marked as part of an answer.
pub(super) fn apart<'t>(
    outputs: &[Field],
    text: &'t str,
    is_marked: impl Fn(&str) -> bool,
) -> (&'t str, &'t str) {
    if !may_be_inside(text) {
        return ("", text);
    }
    for tag in TAGS.iter().filter(|tag| meant(outputs, tag).is_none()) {
        let close = format!("</{tag}>");
        let Some(at) = text.find(&close) else { continue };
        let before = text.get(..at).unwrap_or_default();
        let opened = before.trim_start().strip_prefix(&format!("<{tag}>"));
        if opened.is_some() || !is_marked(before) {
            let answer = text.get(at + close.len()..).unwrap_or_default();
            return (opened.unwrap_or(before), answer);
        }
    }
    ("", text)
}

/// Whether a text may hold thoughts. Most have none, which a search for one character mostly tells.
pub(super) fn may_be_inside(text: &str) -> bool {
    memchr(b'<', text.as_bytes()).is_some() && text.contains("</think")
}

/// Finds where an answer begins while it arrives.
#[derive(Debug, Default)]
pub(super) struct Beginning {
    found: Option<usize>,
    /// How much of the thoughts was searched for their end.
    searched: usize,
}

impl Beginning {
    /// Where the answer begins in the text so far; `None` while that is open.
    pub(super) fn find(&mut self, outputs: &[Field], text: &str) -> Option<usize> {
        if self.found.is_none() {
            self.found = self.search(outputs, text);
        }
        self.found
    }

    fn search(&mut self, outputs: &[Field], text: &str) -> Option<usize> {
        let start = text.trim_start();
        for tag in TAGS.iter().filter(|tag| meant(outputs, tag).is_none()) {
            let open = format!("<{tag}>");
            if start.len() < open.len() && open.starts_with(start) {
                return None;
            }
            if !start.starts_with(&open) {
                continue;
            }
            let close = format!("</{tag}>");
            if let Some(at) = text.get(self.searched..).and_then(|rest| rest.find(&close)) {
                return Some(self.searched + at + close.len());
            }
            let mut back = text.len().saturating_sub(close.len()).max(self.searched);
            while !text.is_char_boundary(back) {
                back -= 1;
            }
            self.searched = back;
            return None;
        }
        Some(0)
    }
}
