use dspy::prelude::*;

struct Shelf;

impl Shelf {
    #[tool]
    async fn search(&self, query: String) -> String {
        query
    }
}

fn main() {}
