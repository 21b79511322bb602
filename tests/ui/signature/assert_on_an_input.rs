use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    #[assert(!question.is_empty(), "ask something")]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
