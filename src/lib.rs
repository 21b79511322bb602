//! Program language models instead of prompting them.
//!
//! Declare *what* a model has to do as a typed struct (a [signature](macro@Signature)), compose
//! calls in plain Rust (a [module](macro@module)), say how good an answer is (a
//! [metric](metric::Metric)), and let an [optimizer](optimize::Optimizer) find the prompt that
//! scores best.
//!
//! | To do this | use |
//! |---|---|
//! | declare a task | [`#[derive(Signature)]`](macro@Signature), [`#[data]`](macro@data) for types of fields |
//! | call a model | [`Predict`], [`ChainOfThought`] |
//! | write a program | [`#[module]`](macro@module), [`#[derive(Parameters)]`](macro@Parameters) |
//! | choose a model | [`Lm::new`](lm::Lm::new), [`configure`], [`OpenAi::builder`](lm::OpenAi::builder) |
//! | read data | [`row::read_csv`], [`row::stratified_split`] |
//! | measure | [`Evaluate`], [`evaluate::compare`] |
//! | optimize | [`optimize::LabeledFewShot`], [`optimize::BootstrapFewShot`], [`optimize::BootstrapFewShotWithRandomSearch`] |
//! | save, load, compare programs | [`Module::save`](module::Module::save), [`Module::load`](module::Module::load), [`module::diff`](module::diff()) |
//! | look at prompts and calls | [`Predict::explain`], [`Call::record`](module::Call::record) |
//!
//! ```
//! use dspy::prelude::*;
//!
//! /// Classify a historic event.
//! #[derive(Signature)]
//! struct ClassifyEvent {
//!     /// One sentence that tells what happened.
//!     #[input]
//!     event: String,
//!     #[output]
//!     category: Category,
//! }
//!
//! #[dspy::data]
//! enum Category {
//!     War,
//!     Science,
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let classify = ChainOfThought::<ClassifyEvent>::new().with_lm(Lm::embedded());
//! let out = classify.call("In 1969 two people walked on the Moon.").await?;
//! println!("{:?}, because: {}", out.category, out.reasoning);
//! # Ok::<(), dspy::Error>(()) }).unwrap();
//! ```
//!
//! # Features
//!
//! There are none yet; everything here is in the default build.

// Lets `::dspy::…`, which the macros write, mean this crate inside it, too.
extern crate self as dspy;

pub use dspy_core::error::{Error, Result, UserError};
pub use dspy_core::evaluate::Evaluate;
pub use dspy_core::lm::configure;
pub use dspy_core::predict::{ChainOfThought, Predict, Prediction};
pub use dspy_core::signature::{Field, SignatureSchema};
pub use dspy_core::{
    adapter, error, evaluate, lm, metric, module, optimize, parse, predict, row, run, schema,
    signature,
};

#[doc(hidden)]
pub use dspy_core::private as __private;

pub use dspy_macros::{Parameters, Signature, data, module};

pub mod prelude;

/// The README's snippets as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadmeDoctests;
