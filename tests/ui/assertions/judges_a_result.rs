use dspy::prelude::*;
use dspy::suggest;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

async fn ask(qa: &Predict<Qa>) -> dspy::Result<String> {
    let answer = qa.call("Who?").await;
    suggest!(answer, answer.is_ok(), "answer");
    Ok(answer?.into_output().answer)
}

fn main() {
    let _ = ask;
}
