//! Metrics that ask a model: [`Judge`], [`PairwiseJudge`], [`SemanticF1`], [`CompleteAndGrounded`].
//!
//! Each is a module of its own, with instructions and demonstrations that can be looked at, saved and
//! optimized, and gives a metric by a closure that says what to judge:
//!
//! ```
//! use dspy::judge::{Case, Judge};
//! use dspy::prelude::*;
//! use dspy::Evaluate;
//!
//! # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let judge = Judge::new("The answer is right, and says no more than was asked.");
//! let metric = judge.with_lm(Lm::embedded()).metric(|row: &Qa, out: &QaOutput| {
//!     Case::new(&out.answer).task(&row.question).reference(&row.answer)
//! });
//! let rows = vec![Qa { question: "2+2?".into(), answer: "4".into() }];
//! let program = Predict::<Qa>::new().with_lm(Lm::embedded());
//! let evaluation = Evaluate::new(&rows).run_metric(&program, metric).await?;
//! assert!((0.0..=1.0).contains(&evaluation.score()));
//! # Ok::<(), dspy::Error>(()) }).unwrap();
//! ```

mod complete_and_grounded;
mod pairwise;
mod scale;
mod semantic_f1;
mod task;

pub use complete_and_grounded::{CompleteAndGrounded, GroundedCase, Grounding};
pub use pairwise::{Pair, PairwiseJudge, Preference, Winner};
pub use scale::{Case, Judge, Ruling};
pub use semantic_f1::{SemanticCase, SemanticF1, SemanticOverlap};
pub use task::JudgeMetric;
