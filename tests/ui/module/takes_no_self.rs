use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[derive(Clone, Default)]
struct Pipeline;

#[module]
impl Pipeline {
    pub async fn forward(question: String) -> dspy::Result<String> {
        Ok(question)
    }
}

fn main() {}
