use dspy::prelude::*;

#[derive(Signature)]
#[check(answer.parse::<u32>()? > 3, "more than three")]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
