use dspy::prelude::*;

struct Oops;

#[tool]
async fn search(query: String) -> Result<String, Oops> {
    Ok(query)
}

fn main() {}
