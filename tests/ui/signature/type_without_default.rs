use dspy::prelude::*;

#[data]
struct Answer {
    text: String,
}

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(default)]
    answer: Answer,
}

fn main() {}
