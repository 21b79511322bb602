use dspy::prelude::*;

#[derive(Signature)]
#[serde(transparent)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
