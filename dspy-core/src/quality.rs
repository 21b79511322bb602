//! Quality gates: whether a result is good enough, for people, for programs and for CI.
//!
//! A [`QualityGate`] says what is asked. It judges an evaluation alone, an evaluation beside that of a
//! baseline, or what an optimizer found, and gives a [`QualityVerdict`]: each check with what was asked
//! and found, as text, as JSON, as a process's exit code and as a JUnit file.
//!
//! ```
//! use dspy::prelude::*;
//! use dspy::quality::QualityGate;
//! use dspy::Evaluate;
//!
//! # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let rows = vec![Qa { question: "2+2?".into(), answer: "4".into() }];
//! let program = Predict::<Qa>::new().with_lm(Lm::embedded());
//! let evaluation =
//!     Evaluate::new(&rows).run(&program, |row, out| row.answer == out.answer).await?;
//! let verdict = QualityGate::new().min_score(0.9).max_failures(0).check(&evaluation);
//! println!("{verdict}");
//! if !verdict.accepted {
//!     // In `main`: return verdict.exit_code();
//! }
//! # Ok::<(), dspy::Error>(()) }).unwrap();
//! ```

mod check;
mod gate;
mod junit;
mod optimized;
mod verdict;

pub use check::QualityCheck;
pub use gate::QualityGate;
pub use verdict::QualityVerdict;
