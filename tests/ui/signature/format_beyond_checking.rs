use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(format = "licence-plate")]
    answer: String,
}

fn main() {}
