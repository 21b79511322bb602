use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    #[serde(default = "3 + 4")]
    answer: String,
}

fn main() {}
