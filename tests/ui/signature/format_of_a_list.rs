use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output(format = "email")]
    people: Vec<String>,
}

fn main() {}
