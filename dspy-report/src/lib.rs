//! Evaluations, comparisons and optimization runs of `dspy` as one HTML file each.
//!
//! The file needs no network: styles, a small script, plots and data are inside, and its content
//! security policy allows nothing else. It reads in light and dark, on paper, on a phone, without a
//! mouse.
//!
//! Without a script, everything but most of the items is there: of these, the first
//! [25](Report#without-a-script) are written out, those that failed first. With it, all of them can be
//! searched, filtered, sorted and opened.
//!
//! ```
//! use dspy::Evaluate;
//! use dspy::prelude::*;
//! use dspy::report::Report;
//!
//! # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let rows = vec![Qa { question: "2+2?".into(), answer: "4".into() }];
//! let program = Predict::<Qa>::new().with_lm(Lm::embedded());
//! let evaluation = Evaluate::new(&rows)
//!     .record() // for the messages and raw answers of each item
//!     .run(&program, |row, output| row.answer == output.answer)
//!     .await?;
//! let html = Report::of_evaluation(&evaluation).with_title("Sums").html();
//! assert!(html.contains("<title>Sums</title>"));
//! # Ok::<(), dspy::Error>(()) }).unwrap();
//! ```

mod number;
mod page;
mod report;
mod results;
mod run;
mod saved;

pub use report::Report;
