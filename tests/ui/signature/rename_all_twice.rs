use dspy::prelude::*;

#[derive(Signature)]
#[signature(rename_all = "camelCase")]
#[serde(rename_all = "camelCase")]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
