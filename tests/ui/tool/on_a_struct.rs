use dspy::prelude::*;

#[tool]
struct Search {
    query: String,
}

fn main() {}
