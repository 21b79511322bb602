use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

async fn ask(qa: &Predict<Qa>) -> dspy::Result<String> {
    Ok(qa.call(()).await?.into_output().answer)
}

fn main() {}
