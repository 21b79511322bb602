use dspy::prelude::*;

#[tool]
async fn search(queries: Vec<&str>) -> usize {
    queries.len()
}

fn main() {}
