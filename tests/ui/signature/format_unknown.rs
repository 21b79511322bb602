use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(format = "datetime")]
    answer: String,
}

fn main() {}
