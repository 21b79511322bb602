//! Inference strategies: each around every form of program, and what each promises by itself.

#[path = "strategies/attempts.rs"]
mod attempts;
#[path = "strategies/batch.rs"]
mod batch;
#[path = "strategies/comparison.rs"]
mod comparison;
#[path = "strategies/completions.rs"]
mod completions;
#[path = "strategies/ensemble.rs"]
mod ensemble;
#[path = "strategies/knn.rs"]
mod knn;
#[path = "support/lines.rs"]
mod lines;
#[path = "strategies/model.rs"]
mod model;
#[path = "strategies/reasoning.rs"]
mod reasoning;
#[path = "strategies/table.rs"]
mod table;

use dspy::prelude::*;

/// Answer the question.
#[derive(Signature, Clone)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn ask(question: &str) -> QaInput {
    QaInput { question: question.into() }
}
