use dspy::prelude::*;

#[tool(name = "search pages", descr = "Finds pages.")]
async fn search(query: String) -> String {
    query
}

fn main() {}
