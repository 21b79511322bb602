use dspy::assert_that;
use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

struct Mine;

fn check(answer: &Prediction<QaOutput>) -> Result<(), Mine> {
    assert_that!(answer, answer.answer.is_empty(), "say nothing");
    Ok(())
}

fn main() {
    let _ = check;
}
