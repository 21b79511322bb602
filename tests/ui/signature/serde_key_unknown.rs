use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    #[serde(renam = "reply")]
    answer: String,
}

fn main() {}
