//! Why a strategy has nothing to give.

use std::time::Duration;

use crate::error::Error;

/// An inference strategy that has nothing to give.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StrategyError {
    /// More attempts or programs failed than may.
    #[error("{failed} of {made} {what} failed; the last one: {last}")]
    Failed {
        /// What failed: `attempts` or `programs`.
        what: &'static str,
        /// How many failed.
        failed: usize,
        /// How many were made until then.
        made: usize,
        /// The last failure.
        last: Box<Error>,
    },
    /// There is nothing to choose from.
    #[error("there is no {what} to choose from: give at least one")]
    Empty {
        /// What is missing: `output`, `attempt` or `program`.
        what: &'static str,
    },
    /// A vote cannot be counted.
    #[error("the output cannot be voted on: {message}")]
    Vote {
        /// What is wrong and how to mend it.
        message: String,
    },
    /// One of many calls took too long, and was dropped.
    #[error("the call took longer than {after:?} and was dropped; allow more, or ask for less")]
    TimedOut {
        /// The time allowed.
        after: Duration,
    },
    /// One of many calls was not begun, as others had failed.
    #[error("the call was not begun: {why}")]
    NotBegun {
        /// What had happened.
        why: String,
    },
    /// One of many calls panicked.
    #[error("the call panicked: {message}")]
    Panicked {
        /// What the panic said.
        message: String,
    },
}
