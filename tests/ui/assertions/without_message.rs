use dspy::prelude::*;
use dspy::{assert_that, suggest};

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

async fn ask(qa: &Predict<Qa>) -> dspy::Result<String> {
    let answer = qa.call("Who?").await?;
    assert_that!(answer, answer.answer.is_empty());
    suggest!(answer.answer.is_empty());
    Ok(answer.into_output().answer)
}

fn main() {
    let _ = ask;
}
