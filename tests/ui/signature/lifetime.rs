use dspy::prelude::*;

#[derive(Signature)]
struct Qa<'a> {
    #[input]
    question: &'a str,
    #[output]
    answer: String,
}

fn main() {}
