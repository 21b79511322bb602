use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(desk = "At most five words.")]
    answer: String,
}

fn main() {}
