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
    first: Predict<Qa>,
    second: Predict<Qa>,
}

#[module(rename(second = "first"))]
impl Pipeline {
    pub async fn forward(&self, question: String) -> dspy::Result<String> {
        let draft = self.first.call(question).await?.into_output().answer;
        Ok(self.second.call(draft).await?.into_output().answer)
    }
}

fn main() {}
