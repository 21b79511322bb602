use dspy::prelude::*;

#[derive(Signature)]
union Either {
    #[input]
    question: u32,
    #[output]
    answer: u32,
}

fn main() {}
