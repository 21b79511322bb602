use dspy::prelude::*;

#[derive(Signature)]
#[signature(rename_all = "Title Case")]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
