use dspy::prelude::*;

#[derive(Signature)]
#[serde(rename_all = "camelCase")]
struct Qa {
    #[input]
    user_question: String,
    #[output(rename = "userQuestion")]
    answer: String,
}

fn main() {}
