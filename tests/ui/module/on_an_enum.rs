use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[derive(Clone)]
enum Pipeline {
    Direct(Predict<Qa>),
    Thoughtful(ChainOfThought<Qa>),
}

#[module]
impl Pipeline {
    pub async fn forward(&self, question: String) -> dspy::Result<String> {
        Ok(match self {
            Self::Direct(part) => part.call(question).await?.into_output().answer,
            Self::Thoughtful(part) => part.call(question).await?.into_output().output.answer,
        })
    }
}

fn main() {}
