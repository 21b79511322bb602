use dspy::assert_that;
use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn check(answer: &Prediction<QaOutput>) {
    assert_that!(answer, answer.answer.is_empty(), "say nothing");
}

fn main() {
    let _ = check;
}
