use dspy::prelude::*;

#[derive(Signature)]
#[check(answer.len() < 500, "keep it short")]
struct Qa {
    #[input]
    question: String,
}

fn main() {}
