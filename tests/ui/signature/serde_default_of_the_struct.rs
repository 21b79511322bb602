use dspy::prelude::*;

#[derive(Signature)]
#[serde(default)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
