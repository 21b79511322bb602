//! What many calls gave.

use crate::error::{Error, Result};
use crate::lm::Usage;
use crate::predict::Prediction;

/// A result for each of many calls, in the order of their inputs.
#[derive(Debug)]
pub struct Batch<O> {
    results: Vec<Result<Prediction<O>>>,
    usage: Usage,
}

impl<O> Batch<O> {
    pub(super) fn new(results: Vec<Result<Prediction<O>>>, usage: Usage) -> Self {
        Self { results, usage }
    }

    /// The results.
    pub fn results(&self) -> &[Result<Prediction<O>>] {
        &self.results
    }

    /// The results by themselves.
    pub fn into_results(self) -> Vec<Result<Prediction<O>>> {
        self.results
    }

    /// All outputs, if all calls succeeded.
    ///
    /// # Errors
    /// The first that there is, in the order of the inputs.
    pub fn into_outputs(self) -> Result<Vec<O>> {
        self.results.into_iter().map(|result| result.map(Prediction::into_output)).collect()
    }

    /// The calls that failed, or were not begun, with their places.
    pub fn errors(&self) -> impl Iterator<Item = (usize, &Error)> {
        let all = self.results.iter().enumerate();
        all.filter_map(|(place, result)| Some((place, result.as_ref().err()?)))
    }

    /// What all calls spent. Outside any run that includes those that failed; inside a `forward`,
    /// those count in its run alone.
    pub fn usage(&self) -> Usage {
        self.usage
    }
}
