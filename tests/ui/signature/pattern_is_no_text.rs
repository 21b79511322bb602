use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(pattern = 4)]
    answer: String,
}

fn main() {}
