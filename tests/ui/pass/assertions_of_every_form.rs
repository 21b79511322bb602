//! Assertions with every form of prediction, message and error, in a crate that minds every lint.
#![deny(warnings, clippy::pedantic)]

use dspy::prelude::*;
use dspy::{assert_that, suggest};

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
    async fn forward(&self, question: String) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        let mut error = self.qa.call(question).await?;
        // Names that the macro uses for its own.
        let (holds, broken) = (true, "no");
        assert_that!(error, holds, "{broken} {}", error.answer);
        assert_that!(&error, !error.answer.is_empty(), "say something",);
        suggest!(&mut error, !broken.is_empty(), "{0:?} {0} {width:>3}", broken, width = 3);
        let checked = async {
            dspy::suggest!(error, holds, "{}", broken.len());
            Ok::<_, dspy::Error>(error.answer.clone())
        };
        Ok(checked.await?)
    }
}

fn main() {
    let mut program = Program::default();
    program.set_lm(&Lm::embedded());
    assert!(!program.call_blocking("Who?").unwrap().is_empty());
}
