use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(pattern = "^[A-Z{3}$")]
    answer: String,
}

fn main() {}
