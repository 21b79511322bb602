//! A bound on the work that one answer may cost.

use std::cell::Cell;

use super::error::ParseError;

/// Steps that may be taken whatever the size.
const BASE: usize = 20_000;

/// Steps that may be taken for each byte.
const PER_BYTE: usize = 20;

/// Steps that may still be taken. Proportional to the size of the input, so that time is linear
/// whatever the input holds.
#[derive(Debug)]
pub(crate) struct Budget {
    whole: usize,
    left: Cell<usize>,
}

impl Budget {
    pub(crate) fn for_size(size: usize) -> Self {
        let whole = BASE.saturating_add(size.saturating_mul(PER_BYTE));
        Self { whole, left: Cell::new(whole) }
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

    /// The steps that were taken.
    pub(crate) fn spent(&self) -> usize {
        self.whole - self.left.get()
    }
}
