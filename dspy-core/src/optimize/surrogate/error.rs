//! What a surrogate refuses.

use crate::error::Error;

/// A space, a point or an observation that cannot be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SurrogateError {
    /// A dimension without a choice.
    #[error("dimension `{dimension}` has no choice: give it at least one, or leave it out")]
    NoChoice {
        /// Its name.
        dimension: String,
    },
    /// Two dimensions of one name.
    #[error("two dimensions are called `{dimension}`: give each a name of its own")]
    TwoOfAName {
        /// The name.
        dimension: String,
    },
    /// A point with too few or too many choices.
    #[error(
        "the point has {given} choices, but the space {dimensions} dimensions: give one for each"
    )]
    Length {
        /// How many choices the point has.
        given: usize,
        /// How many dimensions the space has.
        dimensions: usize,
    },
    /// A choice that its dimension does not have.
    #[error(
        "dimension `{dimension}` has {choices} choices, counted from 0: {choice} is none of them"
    )]
    Choice {
        /// The dimension's name.
        dimension: String,
        /// What was given.
        choice: usize,
        /// How many choices there are.
        choices: usize,
    },
    /// A value that is no number, or too large to reckon with.
    #[error("the value {value} is no number within ±1e100: withdraw the point if it has no score")]
    Value {
        /// What was given.
        value: f64,
    },
    /// A noise variance below zero, or no number, or too large to reckon with.
    #[error("the noise variance {variance} must be from 0 to 1e200, or `None` if unknown")]
    Noise {
        /// What was given.
        variance: f64,
    },
    /// A question that needs an observation to answer.
    #[error("nothing was told yet: tell at least one observation first")]
    NothingTold,
}

impl From<SurrogateError> for Error {
    fn from(error: SurrogateError) -> Self {
        Self::Invalid(error.to_string())
    }
}
