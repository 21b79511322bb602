use dspy::prelude::*;

#[derive(Signature)]
#[check(answer != question, "do not repeat the question")]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
