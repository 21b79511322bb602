use dspy::prelude::*;

#[derive(Signature)]
#[assert(answer.len() < 500)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
