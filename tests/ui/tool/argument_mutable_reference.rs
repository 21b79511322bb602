use dspy::prelude::*;

#[tool]
async fn search(query: &mut String) -> String {
    query.clone()
}

fn main() {}
