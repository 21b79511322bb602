use dspy::prelude::*;

use dspy::Evaluate;
use dspy::metric::{Metric, Score};
use dspy::run::Trace;

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

struct Urgent;

impl Metric<Qa, TriageOutput> for Urgent {
    async fn score(&self, _: &Qa, output: &TriageOutput, _: &Trace) -> dspy::Result<Score> {
        Ok(output.urgent.into())
    }
}

async fn measure(program: &Predict<Qa>, rows: Vec<Qa>) -> dspy::Result<f64> {
    Ok(Evaluate::new(rows).run_metric(program, Urgent).await?.score())
}

fn main() {}
