use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[derive(Clone, Default)]
struct Pipeline {
    qa: Predict<Qa>,
}


#[module]
impl Pipeline {
    pub async fn forward(&self, question: &str, context: &[&str]) -> dspy::Result<String> {
        let _ = context;
        Ok(self.qa.call(question).await?.into_output().answer)
    }
}

// Uses of a faulty module are not reported as well.
async fn ask(pipeline: &Pipeline) -> dspy::Result<String> {
    let input = PipelineInput { question: "Why?".to_owned(), context: vec!["Because.".to_owned()] };
    Ok(pipeline.call(input).await?.into_output())
}

fn main() {}
