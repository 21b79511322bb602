use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
    #[serde(skip, rename = "src")]
    source: String,
}

fn main() {}
