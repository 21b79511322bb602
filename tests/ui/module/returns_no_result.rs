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
    pub async fn forward(&self, question: String) -> String {
        let _ = &self.qa;
        question
    }
}

fn main() {}
