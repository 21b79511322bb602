use dspy::assert_that;
use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

async fn ask(qa: &Predict<Qa>) -> dspy::Result<String> {
    let answer = qa.call("Who?").await?;
    assert_that!(answer, answer.answer.is_empty(), "{lenght} are too many");
    assert_that!(answer, answer.answer.is_empty(), "{} are too many");
    Ok(answer.into_output().answer)
}

fn main() {
    let _ = ask;
}
