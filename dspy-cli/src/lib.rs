//! A command line for any program of the `dspy` crate. Depend on `dspy` with the feature `cli`,
//! which re-exports this as `dspy::cli`.
//!
//! ```no_run
//! use dspy::prelude::*;
//!
//! /// Answer the question in a few words.
//! #[derive(Signature)]
//! struct Qa {
//!     /// What to find out.
//!     #[input]
//!     question: String,
//!     #[output]
//!     answer: String,
//! }
//!
//! fn main() -> std::process::ExitCode {
//!     dspy::cli::run(ChainOfThought::<Qa>::new())
//! }
//! ```
//!
//! | command | what it does |
//! |---|---|
//! | `run` | `--question "…"` or JSON in, JSON out; `--stream`; `--in FILE --out FILE` for many rows |
//! | `eval` | scores the program on a data file; quality gates, JUnit |
//! | `optimize` | tunes the prompts on a data file, into a program file |
//! | `compare` | two programs on data, or two results: difference, interval, p-value, flipped rows |
//! | `inspect` | the program, or a saved one, as a readable tree |
//! | `diff` | what changed between two saved programs |
//! | `schema` | JSON Schemas of inputs and outputs |
//! | `report` | results, a comparison or an optimizer's run as one HTML file |
//! | `new` | a new project that works offline |
//! | `config` | the settings in force, and where each comes from |
//! | `complete` | a completion script for a shell |
//!
//! # Settings
//!
//! A flag goes before the environment, and that before the file: `dspy.toml` in the working folder,
//! or the one that `--config` names. `config` lists them all. Keys of providers are no settings;
//! they are read from the environment only, such as `OPENAI_API_KEY`.
//!
//! ```toml
//! lm = "openai/gpt-4o-mini"
//! concurrency = 8
//! ```
//!
//! # Exit codes
//!
//! 0: done. 1: the program, a row or a file failed. 2: the command line, a setting or a data file
//! cannot be used; nothing was asked. 3: a quality gate refused the result. 130: interrupted by
//! Ctrl-C; what was answered is kept in the files. See [`Exit`].

// Library code returns errors; it does not panic.
#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod cli;
mod command;
mod compare;
mod complete;
mod config;
mod console;
mod diff;
mod eval;
mod exact_fields;
mod exit;
mod fault;
mod gate;
mod inspect;
mod model;
mod optimize;
mod project;
mod report;
mod rows;
mod run;
mod schema;
mod selection;
mod shape;
mod style;
mod surroundings;

pub use cli::Cli;
pub use exit::Exit;
pub use rows::LabeledRow;
pub use surroundings::Surroundings;

use std::process::ExitCode;

use dspy_core::module::Module;

/// A `main` for a program: reads the process's arguments, does what they say, gives the exit code.
///
/// Rows for `eval` and `optimize` have the program's inputs and any of its outputs as fields, and
/// are scored by exact match on the outputs that they label. [`Cli`] takes other metrics and rows.
pub fn run<P: Module>(program: P) -> ExitCode {
    Cli::new(program).main()
}
