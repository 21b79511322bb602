use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

#[derive(Clone, Default)]
struct Client;

impl Client {
    fn search(&self, query: &str) -> String {
        query.to_owned()
    }
}

#[derive(Clone, Default)]
struct Pipeline {
    qa: Predict<Qa>,
    client: Client,
}

#[module]
impl Pipeline {
    pub async fn forward(&self, question: String) -> dspy::Result<String> {
        let found = self.client.search(&question);
        Ok(self.qa.call(found).await?.into_output().answer)
    }
}

fn main() {}
