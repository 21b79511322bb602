use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[check]
    #[output]
    answer: String,
}

fn main() {}
