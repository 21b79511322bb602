use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(max_length = 3)]
    year: u32,
}

fn main() {}
