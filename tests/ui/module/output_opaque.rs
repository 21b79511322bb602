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


struct Opaque;

#[module]
impl Pipeline {
    pub async fn forward(&self, question: String) -> dspy::Result<Opaque> {
        self.qa.call(question).await?;
        Ok(Opaque)
    }
}

fn main() {}
