//! A bound on the work that one answer may cost.

use std::cell::Cell;

use super::error::ParseError;

/// Steps that may still be taken. Proportional to the size of the input, so that time is linear
/// whatever the input holds.
#[derive(Debug)]
pub(crate) struct Budget {
    left: Cell<usize>,
}

impl Budget {
    pub(crate) fn for_size(size: usize) -> Self {
        Self { left: Cell::new(20_000usize.saturating_add(size.saturating_mul(64))) }
    }

    /// Takes steps; an error when there are none left.
    pub(crate) fn spend(&self, steps: usize) -> Result<(), ParseError> {
        match self.left.get().checked_sub(steps) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => {
                self.left.set(0);
                Err(ParseError::TooComplex)
            }
        }
    }
}
