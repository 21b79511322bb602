use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(examples = "Paris")]
    answer: String,
}

fn main() {}
