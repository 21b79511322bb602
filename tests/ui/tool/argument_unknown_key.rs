use dspy::prelude::*;

#[tool]
async fn search(#[arg(dsec = "words")] query: String) -> String {
    query
}

fn main() {}
