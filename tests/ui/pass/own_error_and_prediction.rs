//! `forward` with an error of the user's, an alias of `Result`, and a part's prediction handed on.

use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[derive(Debug)]
enum Oops {
    Model(dspy::Error),
}

impl std::fmt::Display for Oops {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Model(error) => write!(f, "the model failed: {error}"),
        }
    }
}

impl std::error::Error for Oops {}

impl From<dspy::Error> for Oops {
    fn from(error: dspy::Error) -> Self {
        Self::Model(error)
    }
}

type Outcome = Result<Prediction<QaOutput>, Oops>;

#[derive(Clone, Default)]
struct Pipeline {
    qa: Predict<Qa>,
}

#[module]
impl Pipeline {
    async fn forward(&self, question: String) -> Outcome {
        Ok(self.qa.call(question).await?)
    }
}

fn takes<M: Module<Output = QaOutput>>(_: &M) {}

fn main() {
    takes(&Pipeline::default());
}
