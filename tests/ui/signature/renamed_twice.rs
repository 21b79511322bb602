use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(rename = "reply")]
    #[serde(rename = "reply")]
    answer: String,
}

fn main() {}
