use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input(rename = "the #1 question")]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
