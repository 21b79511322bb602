use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(examples(1815, "1066"))]
    year: u32,
}

fn main() {}
