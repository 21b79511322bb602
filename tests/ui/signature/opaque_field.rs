use dspy::prelude::*;

struct Opaque;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answers: Vec<Opaque>,
}

// Uses of a faulty signature are not reported as well.
async fn ask(qa: &Predict<Qa>) -> dspy::Result<usize> {
    Ok(qa.call("Why?").await?.answers.len())
}

fn main() {}
