//! The embedded model, asked through ordinary messages.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod accuracy;
mod fields;
mod prompts;
mod proposals;
mod sampling;
mod turns;
