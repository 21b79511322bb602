use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(desc = "Short.", desc = "Long.")]
    answer: String,
}

fn main() {}
