use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[derive(Clone, Default, Parameters)]
struct Pipeline {
    qa: Predict<Qa>,
}

#[module]
impl Pipeline {
    pub async fn forward(&self, question: String) -> dspy::Result<String> {
        Ok(self.qa.call(question).await?.into_output().answer)
    }
}

fn main() {}
