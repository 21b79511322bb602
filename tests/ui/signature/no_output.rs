use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
}

fn main() {}
