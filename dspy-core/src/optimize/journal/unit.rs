//! [`Unit`]: the calls of one rollout or proposal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Journal;
use crate::lm::{Answered, CallLog, CallMark, LmError, Looked, Request, Response, Spent};

/// Writes the calls of one rollout or proposal down, and answers those that are written down.
pub(in crate::optimize) struct Unit {
    name: String,
    journal: Journal,
    refused: AtomicBool,
}

impl Unit {
    pub(in crate::optimize) fn new(name: String, journal: &Journal) -> Arc<Self> {
        Arc::new(Self { name, journal: journal.clone(), refused: AtomicBool::new(false) })
    }

    /// Whether the budget refused a call, even if the program made something of that.
    pub(in crate::optimize) fn was_refused(&self) -> bool {
        self.refused.load(Ordering::Relaxed)
    }
}

impl CallLog for Unit {
    fn look_up(&self, model: &str, request: &Request) -> Looked {
        // A request is JSON by its very type; one that were not would only be asked anew.
        let text = serde_json::to_vec(request).unwrap_or_default();
        let mut hasher = blake3::Hasher::new();
        hasher.update(model.as_bytes());
        hasher.update(&[0]);
        hasher.update(&text);
        let key = hasher.finalize().to_hex().chars().take(32).collect::<String>();
        match self.journal.answer(&self.name, &key) {
            Some((answer, spent)) => Looked::Known(Box::new(answer.into_result()), spent),
            None => Looked::New(CallMark(key)),
        }
    }

    fn note(&self, mark: CallMark, answered: Result<&Response, &LmError>, spent: Spent) {
        match answered {
            Err(error) if error.is_budget() => self.refused.store(true, Ordering::Relaxed),
            // It ends the run, which must be able to go on with a better set-up.
            Err(error) if error.is_setup() => {}
            answered => {
                self.journal.note_call(&self.name, mark.0, Answered::of(answered), spent);
            }
        }
    }
}
