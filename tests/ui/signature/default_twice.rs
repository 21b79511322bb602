use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(default = "none")]
    #[serde(default)]
    answer: String,
}

fn main() {}
