//! What a simulation was asked so far.

use serde_json::{Value, json};

/// Whom a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The model that does the task.
    Task,
    /// The model that writes instructions, and all else that is no task.
    Proposer,
}

impl Role {
    /// `task` or `proposer`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Proposer => "proposer",
        }
    }
}

/// Sums over the requests of one role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests.
    pub calls: u64,
    /// Answers: `n` for each request.
    pub completions: u64,
    /// Of the prompts, each once.
    pub prompt_tokens: u64,
    /// Of the answers.
    pub completion_tokens: u64,
    /// Requests that no earlier one was identical to.
    pub distinct: u64,
    /// Requests that were identical to an earlier one.
    pub repeated: u64,
}

impl Tally {
    fn to_json(self) -> Value {
        json!({
            "calls": self.calls,
            "completions": self.completions,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "distinct": self.distinct,
            "repeated": self.repeated,
        })
    }
}

/// Sums by role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Of the task model.
    pub task: Tally,
    /// Of the proposer.
    pub proposer: Tally,
    /// Requests that could not be read.
    pub refused: u64,
}

impl Stats {
    pub(crate) fn of(&mut self, role: Role) -> &mut Tally {
        match role {
            Role::Task => &mut self.task,
            Role::Proposer => &mut self.proposer,
        }
    }

    /// `{"task": {…}, "proposer": {…}, "refused": 0}`
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "task": self.task.to_json(),
            "proposer": self.proposer.to_json(),
            "refused": self.refused,
        })
    }
}
