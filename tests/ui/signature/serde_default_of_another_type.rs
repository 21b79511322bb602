use dspy::prelude::*;

fn none() -> Option<String> {
    None
}

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    #[serde(default = "none")]
    answer: String,
}

fn main() {}
