//! [`HistoryOptions`]: how much is kept, how long, and of what.

use std::time::Duration;

use super::super::redaction::Redaction;

/// How an [`Lm`](super::super::Lm) keeps its history. A number stands for options that keep so many
/// calls.
///
/// ```
/// use std::time::Duration;
/// use dspy::lm::{HistoryOptions, Lm};
///
/// let lm = Lm::embedded().with_history(
///     HistoryOptions::new(20)
///         .with_max_age(Duration::from_secs(600))
///         .with_redaction(|text| text.replace("ACME", "[customer]")),
/// );
/// assert!(lm.history().is_empty());
/// ```
#[derive(Clone, Debug)]
pub struct HistoryOptions {
    pub(super) calls: usize,
    pub(super) max_age: Option<Duration>,
    pub(super) redaction: Option<Redaction>,
}

impl HistoryOptions {
    /// Keeps the last `calls` calls; 0 keeps none.
    pub fn new(calls: usize) -> Self {
        Self { calls, max_age: None, redaction: None }
    }

    /// Forgets calls that are older.
    #[must_use]
    pub fn with_max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Changes texts before they are kept: those of messages and answers, reasoning, arguments and
    /// results of tools, and errors.
    #[must_use]
    pub fn with_redaction(
        mut self,
        change: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        self.redaction = Some(Redaction::new(change));
        self
    }
}

/// 100 calls, of any age, as they are.
impl Default for HistoryOptions {
    fn default() -> Self {
        Self::new(100)
    }
}

impl From<usize> for HistoryOptions {
    fn from(calls: usize) -> Self {
        Self::new(calls)
    }
}
