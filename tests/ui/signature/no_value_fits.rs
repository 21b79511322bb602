use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(ge = 1.0, lt = 1.0)]
    confidence: f64,
    #[output(min_length = 5, max_length = 3)]
    answer: String,
}

fn main() {}
