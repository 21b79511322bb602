//! What the macros and the runtime of the `dspy` crate read alike, so that a mistake is told in the
//! same words by the compiler and by a running program.
//!
//! Depend on `dspy`; this crate has no stable interface of its own.

#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod formats;
mod likeness;
mod pattern;

pub use formats::FORMATS;
pub use likeness::{likeness, nearest};
pub use pattern::{PatternError, check_pattern};
