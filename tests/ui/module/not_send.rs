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
    pub async fn forward(&self, question: String) -> dspy::Result<String> {
        let shared = std::rc::Rc::new(question);
        let answer = self.qa.call(shared.as_str()).await?.into_output().answer;
        Ok(format!("{shared} {answer}"))
    }
}

fn main() {}
