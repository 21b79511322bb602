use dspy::prelude::*;

#[derive(Signature)]
#[check(answer.len(), "keep it short")]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
