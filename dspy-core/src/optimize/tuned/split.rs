//! Which rows do what.

use rand::seq::SliceRandom;

use super::Options;
use crate::error::Result;
use crate::optimize::require_rows;
use crate::row::Rows;
use crate::seed;

/// The rows of a search.
pub(super) struct Split<R> {
    pub(super) train: Rows<R>,
    pub(super) validation: Rows<R>,
    pub(super) holdout: Rows<R>,
    pub(super) warnings: Vec<String>,
}

impl<R> Split<R> {
    /// `compares` says whether validation rows are needed.
    pub(super) fn new<O>(options: &Options<R, O>, train: Rows<R>, compares: bool) -> Result<Self> {
        require_rows(&train, "the training set")?;
        let mut warnings = Vec::new();
        let holdout = match &options.holdout {
            Some(rows) => {
                require_rows(rows, "the holdout set")?;
                rows.clone()
            }
            None => train.pick([]),
        };
        let (train, validation) = match &options.validation {
            Some(rows) => {
                require_rows(rows, "the validation set")?;
                (train, rows.clone())
            }
            None if !compares => {
                let none = train.pick([]);
                (train, none)
            }
            None => {
                let (learn, decide, warning) = set_apart(&train, options.seed);
                warnings.push(warning);
                (learn, decide)
            }
        };
        Ok(Self { train, validation, holdout, warnings })
    }
}

/// Sets four tenths of the rows apart for validation; a row alone serves as both.
fn set_apart<R>(rows: &Rows<R>, seed: u64) -> (Rows<R>, Rows<R>, String) {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.shuffle(&mut seed::rng(seed, "set apart", 0));
    let count = (rows.len() * 2 / 5).max(1);
    let (validation, train) = order.split_at(count.min(order.len()));
    let train = if train.is_empty() { validation } else { train };
    let warning = format!(
        "no validation rows were given; {count} of {} training rows were set apart to decide",
        rows.len()
    );
    (rows.pick(train.iter().copied()), rows.pick(validation.iter().copied()), warning)
}
