use dspy::prelude::*;

#[data]
struct Answer {
    text: String,
}

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    #[serde(flatten)]
    answer: Answer,
}

fn main() {}
