use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(le = "1")]
    confidence: f64,
    #[output(max_length = -1)]
    answer: String,
}

fn main() {}
