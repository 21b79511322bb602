use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[derive(Clone, Default)]
struct Program {
    qa: Predict<Qa>,
}

#[module]
impl Program {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        Ok(self.qa.call(question).await?.into_output().answer)
    }
}

async fn ask(program: &Program) -> dspy::Result<String> {
    Ok(program.call(5).await?.into_output())
}

fn main() {}
