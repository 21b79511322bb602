use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(pattern = r"^(?!no).+$")]
    answer: String,
}

fn main() {}
