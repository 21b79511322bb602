use dspy::prelude::*;

#[derive(Signature)]
#[check("keep it short", answer.len() < 500)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
