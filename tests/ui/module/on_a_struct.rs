use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[module]
#[derive(Clone, Default)]
struct Pipeline {
    qa: Predict<Qa>,
}

fn main() {}
