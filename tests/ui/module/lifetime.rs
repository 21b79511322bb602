use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[derive(Clone)]
struct Pipeline<'a> {
    qa: Predict<Qa>,
    prefix: &'a str,
}

#[module]
impl<'a> Pipeline<'a> {
    pub async fn forward(&self, question: String) -> dspy::Result<String> {
        Ok(self.qa.call(format!("{}{question}", self.prefix)).await?.into_output().answer)
    }
}

fn main() {}
