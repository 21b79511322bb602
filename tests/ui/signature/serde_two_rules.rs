use dspy::prelude::*;

#[derive(Signature)]
#[serde(rename_all(serialize = "camelCase"))]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn main() {}
