use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    #[serde(skip)]
    answer: String,
    #[output]
    sure: bool,
}

fn main() {}
