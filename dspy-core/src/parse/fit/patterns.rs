//! The patterns of texts and keys.

use std::cell::RefCell;
use std::collections::HashMap;

use regex_lite::Regex;

/// The patterns met so far, each compiled once. `None` for one that cannot be read.
#[derive(Debug, Default)]
pub(super) struct Patterns(RefCell<HashMap<String, Option<Regex>>>);

impl Patterns {
    /// Whether the pattern is found in the text; `None` where the pattern cannot be read, as is so
    /// for those that look ahead or name classes of Unicode.
    pub(super) fn find(&self, pattern: &str, text: &str) -> Option<bool> {
        if let Some(known) = self.0.borrow().get(pattern) {
            return known.as_ref().map(|regex| regex.is_match(text));
        }
        let regex = Regex::new(pattern).ok();
        let found = regex.as_ref().map(|regex| regex.is_match(text));
        self.0.borrow_mut().insert(pattern.to_owned(), regex);
        found
    }
}
