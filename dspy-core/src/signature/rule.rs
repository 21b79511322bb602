//! Rules that outputs must keep: `#[check(…)]` and `#[assert(…)]`.

use std::fmt;

/// How much a rule weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// `#[check(…)]`: an output that breaks it is used all the same, and the breach is recorded.
    Check,
    /// `#[assert(…)]`: an output that breaks it is an error.
    Assert,
}

/// A rule of a signature that an output does not keep.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BrokenRule {
    /// How much the rule weighs.
    pub severity: Severity,
    /// The rule itself: the text of the Rust expression that does not hold.
    pub rule: &'static str,
    /// What the signature says about it.
    pub message: String,
}

impl BrokenRule {
    /// A rule that does not hold.
    pub fn new(severity: Severity, rule: &'static str, message: impl Into<String>) -> Self {
        Self { severity, rule, message: message.into() }
    }
}

impl fmt::Display for BrokenRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (`{}`)", self.message, self.rule)
    }
}
