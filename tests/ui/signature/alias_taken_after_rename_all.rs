use dspy::prelude::*;

#[derive(Signature)]
#[signature(rename_all = "PascalCase")]
struct Qa {
    #[input]
    question: String,
    #[output]
    #[serde(alias = "Question")]
    answer: String,
}

fn main() {}
