use dspy::prelude::*;

signature!(pub Rag: "context: list[str], question -> answer, score: flaot, type");

// Uses of a faulty signature are not reported as well.
async fn ask(rag: &Predict<Rag>) -> dspy::Result<f64> {
    let input = RagInput { context: vec![], question: "Why?".into() };
    let out = rag.call(input).await?;
    println!("{}", out.answer);
    Ok(out.score)
}

fn main() {}
