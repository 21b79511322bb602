use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
    #[signature(skp)]
    #[output]
    source: String,
}

fn main() {}
