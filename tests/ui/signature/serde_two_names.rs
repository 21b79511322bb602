use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    #[serde(rename(serialize = "reply", deserialize = "answer"))]
    answer: String,
}

fn main() {}
