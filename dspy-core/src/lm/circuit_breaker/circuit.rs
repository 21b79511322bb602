//! [`Circuit`]: closed, open, or trying whether it may close.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::super::error::LmError;

#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    pub(super) calls: usize,
    pub(super) time: Duration,
    pub(super) least: usize,
    pub(super) share: f64,
    pub(super) cool_down: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            calls: 20,
            time: Duration::from_secs(60),
            least: 5,
            share: 0.5,
            cool_down: Duration::from_secs(30),
        }
    }
}

#[derive(Debug)]
pub(super) struct Circuit {
    policy: Policy,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    /// When the last calls ended, and whether they failed.
    Closed(VecDeque<(Instant, bool)>),
    Open {
        until: Instant,
    },
    /// One call is under way as a probe.
    Probing,
}

/// A call that was let through. Dropped before it ended, it counts as given up.
#[derive(Debug)]
pub(super) struct Ticket {
    circuit: Arc<Circuit>,
    probe: bool,
    ended: bool,
}

impl Circuit {
    pub(super) fn new(policy: Policy) -> Self {
        Self { policy, state: Mutex::new(State::Closed(VecDeque::new())) }
    }

    pub(super) fn is_open(&self) -> bool {
        !matches!(*self.state(), State::Closed(_))
    }

    /// Lets a call of the model `name` through, or says how long none is.
    pub(super) fn admit(this: &Arc<Self>, name: &str) -> Result<Ticket, LmError> {
        let open = |retry_in| Err(LmError::CircuitOpen { name: name.to_owned(), retry_in });
        let mut state = this.state();
        let probe = match *state {
            State::Closed(_) => false,
            State::Probing => return open(Duration::ZERO),
            State::Open { until } => {
                let left = until.saturating_duration_since(Instant::now());
                if !left.is_zero() {
                    return open(left);
                }
                *state = State::Probing;
                true
            }
        };
        Ok(Ticket { circuit: Arc::clone(this), probe, ended: false })
    }

    /// A call ended; `failed` says whether by an outage.
    fn note(&self, failed: bool, probe: bool) {
        let now = Instant::now();
        let mut state = self.state();
        if probe {
            *state = if failed { self.opened(now) } else { State::Closed(VecDeque::new()) };
            return;
        }
        // Calls that began before the circuit opened say nothing new.
        let State::Closed(ends) = &mut *state else { return };
        ends.push_back((now, failed));
        let fresh = |end: Instant| now.saturating_duration_since(end) <= self.policy.time;
        while ends.len() > self.policy.calls || ends.front().is_some_and(|(end, _)| !fresh(*end)) {
            ends.pop_front();
        }
        let failures = ends.iter().filter(|(_, failed)| *failed).count();
        let least = self.policy.least.min(self.policy.calls);
        if failed && ends.len() >= least && failures as f64 >= self.policy.share * ends.len() as f64
        {
            *state = self.opened(now);
        }
    }

    fn opened(&self, now: Instant) -> State {
        State::Open { until: now.checked_add(self.policy.cool_down).unwrap_or(now) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// The call ended, well or with this failure.
    pub(super) fn end(mut self, failure: Option<&LmError>) {
        match failure {
            None => self.finish(false),
            Some(error) if error.is_outage() => self.finish(true),
            // The server was not even asked.
            Some(error) if error.is_local() => {}
            // It refused, so it is there; that says nothing of its share of failures.
            Some(_) if self.probe => self.finish(false),
            Some(_) => self.ended = true,
        }
    }

    fn finish(&mut self, failed: bool) {
        self.ended = true;
        self.circuit.note(failed, self.probe);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if self.probe && !self.ended {
            // It is not known how the probe would have ended: the next call is one.
            *self.circuit.state() = State::Open { until: Instant::now() };
        }
    }
}
