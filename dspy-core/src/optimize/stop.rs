//! [`Stop`]: asking an optimizer to end; and why it ended.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

/// A handle that asks an optimizer to end: what is under way is finished, the best so far is
/// returned. Clones ask the same run.
///
/// ```
/// use dspy::optimize::Stop;
///
/// let stop = Stop::new();
/// assert!(!stop.is_asked());
/// stop.ask();
/// assert!(stop.clone().is_asked());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// A handle that has asked for nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Why a search ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StopReason {
    /// It did all it was to do.
    #[default]
    Finished,
    /// The budget does not reach further; the text says which limit.
    Budget(String),
    /// It was asked to, by a [`Stop`] or Ctrl-C.
    Interrupted,
    /// The score to reach was reached.
    ScoreReached,
    /// The program as given scores below the least that was demanded of it.
    BelowBaseline,
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished => f.write_str("finished"),
            Self::Budget(which) => write!(f, "the budget is used up: {which}"),
            Self::Interrupted => f.write_str("interrupted"),
            Self::ScoreReached => f.write_str("the score to reach was reached"),
            Self::BelowBaseline => f.write_str("the program as given scores too low to begin"),
        }
    }
}
