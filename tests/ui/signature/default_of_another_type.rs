use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(default = "none")]
    count: u32,
}

fn main() {}
