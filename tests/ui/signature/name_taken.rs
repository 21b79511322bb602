use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(rename = "question")]
    answer: String,
}

fn main() {}
