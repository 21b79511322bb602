use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn input() -> QaInput {
    QaInput { question: "Why?".into(), answer: "Because.".into() }
}

fn main() {}
