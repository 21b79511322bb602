use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(pattern = r"^\d{4}$")]
    year: u32,
}

fn main() {}
