use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(ge = 1)]
    answer: String,
}

fn main() {}
