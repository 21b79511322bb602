use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    #[serde(with = "seconds")]
    delay: std::time::Duration,
}

fn main() {}
