//! [`BatchStatus`]: how far a batch has come.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The provider's name for a batch.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BatchId(String);

impl BatchId {
    /// The id that the provider gave.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far a batch has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchStatus {
    /// What it is doing.
    pub state: BatchState,
    /// The same in the provider's own word.
    pub raw: String,
    /// How many requests have been answered.
    pub counts: BatchCounts,
}

impl BatchStatus {
    /// A status of this state, in the provider's word.
    pub fn new(state: BatchState, raw: impl Into<String>, counts: BatchCounts) -> Self {
        Self { state, raw: raw.into(), counts }
    }
}

/// What a batch is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BatchState {
    /// It is checked, waits, or runs; also where the provider's word is not known.
    #[default]
    Running,
    /// It is about to stop on request.
    Cancelling,
    /// It is over, and each request has an answer or an error.
    Completed,
    /// The provider refused the whole of it.
    Failed {
        /// The provider's reason.
        message: String,
    },
    /// Its time ran out; what was answered by then can be fetched.
    Expired,
    /// It was stopped on request; what was answered by then can be fetched.
    Cancelled,
}

impl BatchState {
    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        !matches!(self, Self::Running | Self::Cancelling)
    }
}

/// How many requests of a batch have been answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatchCounts {
    /// All requests.
    pub total: usize,
    /// Those with an answer.
    pub completed: usize,
    /// Those that failed, were stopped, or ran out of time.
    pub failed: usize,
}

impl BatchCounts {
    /// Counts of a batch.
    pub fn new(total: usize, completed: usize, failed: usize) -> Self {
        Self { total, completed, failed }
    }
}
