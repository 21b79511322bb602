//! One generic struct, several programs.

use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[derive(Clone)]
struct Ask<S> {
    qa: Predict<Qa>,
    style: S,
}

#[derive(Clone)]
struct Plain;

#[module(input = Plainly, skip(style))]
impl Ask<Plain> {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        Ok(self.qa.call(question).await?.into_output().answer)
    }
}

#[module(input = Numbered)]
impl Ask<u8> {
    async fn forward(&self, question: String) -> dspy::Result<(u8, String)> {
        Ok((self.style, self.qa.call(question).await?.into_output().answer))
    }
}

fn takes<M: Module>(_: &M) {}

fn main() {
    takes(&Ask { qa: Predict::new(), style: Plain });
    takes(&Ask { qa: Predict::new(), style: 3_u8 });
    let _ = Plainly { question: String::new() };
    let _ = Numbered { question: String::new() };
}
