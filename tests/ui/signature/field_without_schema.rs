use dspy::prelude::*;

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
struct Answer {
    text: String,
}

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: Answer,
}

fn main() {}
