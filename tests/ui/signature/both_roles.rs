use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[input]
    #[output]
    answer: String,
    #[output]
    confidence: f64,
}

fn main() {}
