//! One thing that a gate asks.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that was asked, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct QualityCheck {
    /// Its name: `min_score`, `slice:short questions`, `pinned:3f2a…`.
    pub name: String,
    /// Whether it passed.
    pub passed: bool,
    /// What was asked and what was found.
    pub message: String,
}

impl QualityCheck {
    pub(super) fn new(name: impl Into<String>, passed: bool, message: impl Into<String>) -> Self {
        Self { name: name.into(), passed, message: message.into() }
    }

    pub(super) fn without_baseline(name: impl Into<String>) -> Self {
        Self::new(
            name,
            false,
            "there is no baseline to compare with: judge with `check_against`, or do not ask for this",
        )
    }
}

impl fmt::Display for QualityCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.passed { "pass" } else { "FAIL" };
        write!(f, "{word}  {}: {}", self.name, self.message)
    }
}
