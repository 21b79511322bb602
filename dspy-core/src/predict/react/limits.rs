//! How far an agent may go.

use std::time::Duration;

use tokio::time::Instant;

use super::trajectory::Finish;
use crate::lm::Usage;

/// The most steps, unless it is told otherwise.
const ITERATIONS: usize = 20;

/// The longest observation in characters, unless it is told otherwise.
const OBSERVATION: usize = 20_000;

#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) iterations: usize,
    pub(super) calls: Option<u64>,
    pub(super) tokens: Option<u64>,
    pub(super) time: Option<Duration>,
    pub(super) observation: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            iterations: ITERATIONS,
            calls: None,
            tokens: None,
            time: None,
            observation: OBSERVATION,
        }
    }
}

impl Limits {
    /// The limit that leaves no room for a step, if one does. One call is kept for the answer.
    pub(super) fn reached(
        &self,
        steps: usize,
        usage: Usage,
        deadline: Option<Instant>,
    ) -> Option<Finish> {
        if steps >= self.iterations {
            Some(Finish::MaxIterations)
        } else if self.calls.is_some_and(|most| usage.calls.saturating_add(1) >= most) {
            Some(Finish::MaxCalls)
        } else if self.tokens.is_some_and(|most| usage.total_tokens() >= most) {
            Some(Finish::MaxTokens)
        } else if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            Some(Finish::MaxTime)
        } else {
            None
        }
    }

    /// The text, with its middle left out where it is too long.
    pub(super) fn shortened(&self, text: String) -> String {
        let length = text.chars().count();
        if length <= self.observation {
            return text;
        }
        // What matters stands at the ends more often than between them, and most often in front.
        let tail = self.observation / 4;
        let head = self.observation - tail;
        let left_out = length - self.observation;
        let start: String = text.chars().take(head).collect();
        let end: String = text.chars().skip(length - tail).collect();
        format!("{start}\n… ({left_out} characters are left out here) …\n{end}")
    }
}
