use dspy::assert_that;
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
        let output = self.qa.call(question).await?.into_output();
        assert_that!(output, output.answer.len() < 10, "be brief");
        Ok(output.answer)
    }
}

fn main() {}
