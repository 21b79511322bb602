use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(examples = [])]
    answer: String,
}

fn main() {}
