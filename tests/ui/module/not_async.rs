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


#[module]
impl Pipeline {
    pub fn forward(&self, question: String) -> dspy::Result<String> {
        let _ = &self.qa;
        Ok(question)
    }
}

fn main() {}
