use dspy::prelude::*;

#[tool]
async fn search(query: impl ToString) -> String {
    query.to_string()
}

fn main() {}
