use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[derive(Signature)]
struct Triage {
    #[input]
    mail: String,
    #[output]
    urgent: bool,
}

async fn ask(qa: &Predict<Qa>) -> dspy::Result<String> {
    let input = TriageInput { mail: "Help!".into() };
    Ok(qa.call(input).await?.into_output().answer)
}

fn main() {}
