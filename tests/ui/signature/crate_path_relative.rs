use dspy::prelude::*;

#[derive(Signature)]
#[signature(crate = "dspy")]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
