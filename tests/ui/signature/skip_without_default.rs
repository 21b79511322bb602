use dspy::prelude::*;

struct Source {
    url: String,
}

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
    #[serde(skip)]
    source: Source,
}

fn main() {}
