use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(pattern = r"(.)\1")]
    answer: String,
}

fn main() {}
