//! The runtime of the `dspy` crate. Depend on `dspy`, which re-exports all of this.

// Library code returns errors; it does not panic.
#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

pub mod adapter;
pub mod blocking;
mod canonical;
pub mod error;
pub mod evaluate;
pub mod form;
pub mod interpreter;
pub mod judge;
pub mod lm;
pub mod metric;
pub mod module;
pub mod optimize;
pub mod parse;
pub mod predict;
#[doc(hidden)]
pub mod private;
pub mod quality;
pub mod retrieve;
pub mod row;
pub mod run;
pub mod schema;
mod seed;
pub mod signature;
pub mod terminal;
pub mod tool;
pub mod wire;
