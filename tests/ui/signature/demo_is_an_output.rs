use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn taught() -> ChainOfThought<Qa> {
    ChainOfThought::<Qa>::new().with_demos(vec![QaOutput { answer: "42".into() }])
}

fn main() {}
