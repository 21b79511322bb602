use dspy::prelude::*;

#[derive(Signature)]
#[check(answr.len() < 500, "keep it short")]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
