use dspy::prelude::*;

#[derive(Signature)]
#[signature(instruction = "Answer.")]
struct Qa {
    #[input(desc = 3, renam = "q")]
    question: String,
    #[output(defualt, ge = "one")]
    confidence: f64,
    answer: String,
}

// Uses of a faulty signature are not reported as well.
async fn ask(qa: &Predict<Qa>) -> dspy::Result<f64> {
    Ok(qa.call("Why?").await?.confidence)
}

fn main() {}
