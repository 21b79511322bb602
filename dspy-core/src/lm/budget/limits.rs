//! [`Limits`]: how much may be spent of what.

use std::time::Duration;

use super::super::error::LmError;
use super::amount::Amount;
use super::ledger::{Cost, Ledger, dollars};

/// The bounds; `None` is no bound.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    pub(super) nanos: Option<u64>,
    pub(super) tokens: Option<u64>,
    pub(super) calls: Option<u64>,
    pub(super) time: Option<Duration>,
}

impl Limits {
    /// Whether `cost` fits in what is neither spent nor set aside.
    pub(super) fn check(&self, ledger: &Ledger, cost: Cost) -> Result<(), LmError> {
        let taken = ledger.spent.plus(ledger.held);
        let exceeded = |limit: Amount, needed: Amount| {
            Err(LmError::BudgetExceeded { limit, needed, spent: Box::new(ledger.spent()) })
        };
        // A budget of nothing allows what costs nothing, but no call after its limit is overdrawn.
        let beyond = |limit: Option<u64>, taken: u64, need: u64| {
            limit.filter(|limit| need > limit.saturating_sub(taken) || taken > *limit)
        };
        if let Some(limit) = beyond(self.calls, taken.calls, cost.calls) {
            return exceeded(Amount::Calls(limit), Amount::Calls(cost.calls));
        }
        if let Some(limit) = beyond(self.tokens, taken.tokens, cost.tokens) {
            return exceeded(Amount::Tokens(limit), Amount::Tokens(cost.tokens));
        }
        if let Some(limit) = beyond(self.nanos, taken.nanos, cost.nanos) {
            return exceeded(Amount::Usd(dollars(limit)), Amount::Usd(cost.usd()));
        }
        let elapsed = ledger.start.map(|start| start.elapsed()).unwrap_or_default();
        match self.time.filter(|time| elapsed >= *time) {
            Some(time) => exceeded(Amount::Time(time), Amount::Time(elapsed)),
            None => Ok(()),
        }
    }

    pub(super) fn left(&self, ledger: &Ledger) -> Vec<Amount> {
        let taken = ledger.spent.plus(ledger.held);
        let elapsed = ledger.start.map(|start| start.elapsed()).unwrap_or_default();
        let usd = self.nanos.map(|limit| Amount::Usd(dollars(limit.saturating_sub(taken.nanos))));
        let tokens = self.tokens.map(|limit| Amount::Tokens(limit.saturating_sub(taken.tokens)));
        let calls = self.calls.map(|limit| Amount::Calls(limit.saturating_sub(taken.calls)));
        let time = self.time.map(|limit| Amount::Time(limit.saturating_sub(elapsed)));
        [usd, tokens, calls, time].into_iter().flatten().collect()
    }
}
