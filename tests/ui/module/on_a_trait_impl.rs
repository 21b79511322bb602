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


trait Forward {
    async fn forward(&self, question: String) -> dspy::Result<String>;
}

#[module]
impl Forward for Pipeline {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        Ok(self.qa.call(question).await?.into_output().answer)
    }
}

fn main() {}
