use dspy::prelude::*;

#[tool]
async fn search(query: String) -> impl ToString {
    query
}

fn main() {}
