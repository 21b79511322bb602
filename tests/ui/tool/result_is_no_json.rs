use dspy::prelude::*;

struct Page;

#[tool]
async fn search(query: String) -> Page {
    drop(query);
    Page
}

fn main() {}
