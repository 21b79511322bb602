use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    #[serde(skip_serializing)]
    answer: String,
}

fn main() {}
