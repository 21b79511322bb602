//! The keys that a schema declares, which tell where values end in texts that are not quite JSON.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::words::same_form;

/// The longest key that is compared in spite of its spelling.
const LONGEST: usize = 200;

/// The keys that a schema declares, anywhere.
#[derive(Clone, Debug, Default)]
pub(crate) struct Vocabulary {
    keys: HashSet<String>,
    longest: usize,
    forms: OnceCell<HashSet<String>>,
}

impl Vocabulary {
    pub(crate) fn insert(&mut self, key: &str) {
        self.longest = self.longest.max(key.len());
        self.keys.insert(key.to_owned());
        self.forms.take();
    }

    /// The most bytes that a declared key has.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// Whether the key is declared as it is written.
    pub(crate) fn contains(&self, key: &str) -> bool {
        // What is too long need not be looked at.
        key.len() <= self.longest && self.keys.contains(key)
    }

    /// Whether the key is declared, however it is spelled.
    pub(crate) fn recognises(&self, key: &str) -> bool {
        self.contains(key)
            || (key.len() <= LONGEST
                && self
                    .forms
                    .get_or_init(|| self.keys.iter().map(|key| same_form(key)).collect())
                    .contains(&same_form(key)))
    }
}
