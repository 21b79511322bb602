//! [`Hold`]: what is set aside for one call.

use std::sync::Arc;

use super::Shared;
use super::ledger::Cost;

/// A sum set aside. Dropped before the call came to an end, it counts as given up: what is sunk by
/// then is spent, the rest comes back.
#[derive(Debug)]
pub(in crate::lm) struct Hold {
    shared: Arc<Shared>,
    held: Cost,
    sunk: Cost,
    /// The same in the budget that this one is a part of.
    above: Option<Box<Hold>>,
}

impl Hold {
    pub(super) fn new(
        shared: Arc<Shared>,
        held: Cost,
        sunk: Cost,
        above: Option<Box<Self>>,
    ) -> Self {
        Self { shared, held, sunk, above }
    }

    /// More is sunk than was known before.
    pub(in crate::lm) fn sink(&mut self, more: Cost) {
        self.sunk = self.sunk.plus(more);
        if let Some(above) = &mut self.above {
            above.sink(more);
        }
    }

    /// The call is over and cost this.
    pub(in crate::lm) fn settle(mut self, real: Cost) {
        self.sunk = real;
        if let Some(above) = self.above.take() {
            above.settle(real);
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.shared.ledger().settle(self.held, self.sunk);
    }
}
