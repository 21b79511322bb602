use dspy::prelude::*;

struct Page;

#[tool]
async fn search(query: String) -> Result<Page, String> {
    Err(query)
}

fn main() {}
