use dspy::prelude::*;

#[tool]
async fn search<'a>(query: &'a str) -> String {
    query.to_owned()
}

fn main() {}
