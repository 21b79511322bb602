use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
    #[signature(skip = true)]
    source: String,
}

fn main() {}
