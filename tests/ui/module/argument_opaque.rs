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
    pub async fn forward(&self, question: String, hint: Opaque) -> dspy::Result<String> {
        let _ = hint;
        Ok(self.qa.call(question).await?.into_output().answer)
    }
}

fn main() {}
