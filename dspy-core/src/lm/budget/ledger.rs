//! [`Ledger`]: what is spent and what is set aside.

use tokio::time::Instant;

use super::amount::Spent;

const NANO: f64 = 1e9;

/// What something costs. Money in whole billionths of a dollar, so that sums are exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::lm) struct Cost {
    pub(in crate::lm) nanos: u64,
    pub(in crate::lm) tokens: u64,
    pub(in crate::lm) calls: u64,
}

impl Cost {
    pub(in crate::lm) fn new(usd: f64, tokens: u64, calls: u64) -> Self {
        Self { nanos: nanos(usd), tokens, calls }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            nanos: self.nanos.saturating_add(other.nanos),
            tokens: self.tokens.saturating_add(other.tokens),
            calls: self.calls.saturating_add(other.calls),
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            nanos: self.nanos.saturating_sub(other.nanos),
            tokens: self.tokens.saturating_sub(other.tokens),
            calls: self.calls.saturating_sub(other.calls),
        }
    }

    pub(super) fn usd(self) -> f64 {
        dollars(self.nanos)
    }
}

/// Dollars in billionths. A fraction of one, as the error of a sum of floats, does not make the next.
pub(super) fn nanos(usd: f64) -> u64 {
    (usd * NANO - 1e-3).ceil().max(0.0) as u64
}

pub(super) fn dollars(nanos: u64) -> f64 {
    nanos as f64 / NANO
}

/// The sums.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) spent: Cost,
    pub(super) held: Cost,
    /// When the first call was made.
    pub(super) start: Option<Instant>,
}

impl Ledger {
    pub(super) fn spent(&self) -> Spent {
        Spent {
            usd: self.spent.usd(),
            tokens: self.spent.tokens,
            calls: self.spent.calls,
            held_usd: self.held.usd(),
            held_tokens: self.held.tokens,
            held_calls: self.held.calls,
        }
    }

    pub(super) fn set_aside(&mut self, cost: Cost) {
        self.start.get_or_insert_with(Instant::now);
        self.held = self.held.plus(cost);
    }

    pub(super) fn settle(&mut self, held: Cost, real: Cost) {
        self.held = self.held.minus(held);
        self.spent = self.spent.plus(real);
    }
}
