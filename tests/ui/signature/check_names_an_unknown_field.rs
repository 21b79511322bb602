use dspy::prelude::*;

#[derive(Signature)]
#[check(answer.len() < 500, "{answr} is too long")]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
