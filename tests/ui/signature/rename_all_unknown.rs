use dspy::prelude::*;

#[derive(Signature)]
#[serde(rename_all = "camelcase")]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
