use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(pattern = r"^\p{Lu}")]
    answer: String,
}

fn main() {}
