use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input(examples())]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
