use dspy::prelude::*;

signature! {
    pub Rag: "
        context: list[sting],
        question,
        -> answer,
        sure: Optional<float>,
    "
}

fn main() {}
