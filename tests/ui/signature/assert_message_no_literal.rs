use dspy::prelude::*;

const MESSAGE: &str = "keep it short";

#[derive(Signature)]
#[assert(answer.len() < 500, MESSAGE)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
