//! [`Slot`]: a call that may go out.

use std::sync::Arc;

use tokio::time::Instant;

use super::super::error::LmError;
use super::super::response::{RateLimit, Response, Usage};
use super::crowd::Place;
use super::gate::Gate;

/// A call's place and what it took. Dropped, the place comes back; of the tokens, what the answer
/// would have had.
#[derive(Debug)]
pub(super) struct Slot {
    gate: Arc<Gate>,
    place: Option<Place>,
    start: Instant,
    taken: f64,
    used: f64,
    refund: bool,
    heard: Option<RateLimit>,
}

impl Slot {
    pub(super) fn new(gate: Arc<Gate>, place: Option<Place>, prompt: u64, taken: f64) -> Self {
        let (start, used) = (Instant::now(), prompt as f64);
        Self { gate, place, start, taken, used, refund: false, heard: None }
    }

    pub(super) fn answered(mut self, response: &Response) {
        if response.cached {
            self.never_sent();
            return;
        }
        self.heard.clone_from(&response.rate_limit);
        self.used(&response.usage);
    }

    pub(super) fn used(mut self, usage: &Usage) {
        if usage.total_tokens() > 0 {
            self.used = usage.total_tokens() as f64;
        }
        if let Some(crowd) = self.gate.crowd() {
            crowd.went_well();
        }
    }

    pub(super) fn failed(mut self, error: &LmError) {
        if error.is_local() {
            self.never_sent();
        } else if error.is_overload() {
            // What was refused used nothing.
            self.used = 0.0;
            self.gate.refused(self.start, error.retry_after());
        }
    }

    fn never_sent(&mut self) {
        self.used = 0.0;
        self.refund = true;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.gate.leave(self.taken, self.used, self.refund);
        // The server has counted this call, so it is no longer one under way.
        if let Some(limit) = &self.heard {
            self.gate.heard(limit);
        }
        // After the books: whoever gets the place finds them in order.
        self.place = None;
    }
}
