//! What the model is shown of its steps.

use std::sync::Arc;

use super::trajectory::Step;
use crate::lm::{Message, Part, Role, ToolResult};

/// What the field for the steps holds before the first.
const NONE_YET: &str = "No steps yet.";

/// The steps so far, of which the first may be forgotten.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) steps: Vec<Step>,
    /// Each step as messages, where it was asked for by the provider's own means.
    turns: Vec<Vec<Arc<Message>>>,
    pub(super) forgotten: usize,
}

impl Memory {
    /// Adds a step, with its messages where it has some.
    pub(super) fn add(&mut self, step: Step, turn: Vec<Message>) {
        self.steps.push(step);
        self.turns.push(turn.into_iter().map(Arc::new).collect());
    }

    /// Forgets the oldest quarter of what is still shown, at least one step; gives how many.
    pub(super) fn forget(&mut self) -> Option<usize> {
        let shown = self.steps.len() - self.forgotten;
        let count = shown.div_ceil(4);
        self.forgotten += count;
        (count > 0).then_some(count)
    }

    /// The steps as text.
    pub(super) fn text(&self) -> String {
        let mut text = self.note().unwrap_or_default();
        for (index, step) in self.steps.iter().enumerate().skip(self.forgotten) {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            step.push(index + 1, &mut text);
        }
        if text.is_empty() { NONE_YET.to_owned() } else { text }
    }

    /// The steps as messages.
    pub(super) fn messages(&self) -> Vec<Arc<Message>> {
        let note = self.note().map(|note| Arc::new(Message::user(note)));
        let turns = self.turns.iter().skip(self.forgotten).flatten().cloned();
        note.into_iter().chain(turns).collect()
    }

    fn note(&self) -> Option<String> {
        (self.forgotten > 0)
            .then(|| format!("(The first {} steps are left out for want of room.)", self.forgotten))
    }
}

/// A turn of calls and their results as messages.
pub(super) fn turn_of_calls(said: Vec<Part>, results: Vec<ToolResult>) -> Vec<Message> {
    let mut turn = vec![Message::new(Role::Assistant, said)];
    if !results.is_empty() {
        let results = results.into_iter().map(Part::ToolResult).collect();
        turn.push(Message::new(Role::Tool, results));
    }
    turn
}

/// A turn that could not be used as messages.
pub(super) fn turn_of_problem(said: &str, problem: &str) -> Vec<Message> {
    let mut turn = Vec::new();
    if !said.trim().is_empty() {
        turn.push(Message::assistant(said));
    }
    turn.push(Message::user(problem));
    turn
}
