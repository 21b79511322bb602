use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[outptu]
    answer: String,
    #[output]
    confidence: f64,
}

fn main() {}
