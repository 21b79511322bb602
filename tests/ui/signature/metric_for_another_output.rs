use dspy::prelude::*;

use dspy::Evaluate;

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

async fn measure(program: &Predict<Qa>, rows: Vec<Qa>) -> dspy::Result<f64> {
    let metric = |row: &Qa, output: &TriageOutput| output.urgent == row.answer.is_empty();
    Ok(Evaluate::new(rows).run(program, metric).await?.score())
}

fn main() {}
