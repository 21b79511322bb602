use dspy::prelude::*;

#[tool]
async fn search<T: ToString>(query: T) -> String {
    query.to_string()
}

fn main() {
    let _ = search_tool();
}
