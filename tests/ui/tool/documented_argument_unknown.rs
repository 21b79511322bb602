use dspy::prelude::*;

/// Searches.
///
/// # Arguments
/// - `querry` - some words
#[tool]
async fn search(query: String) -> String {
    query
}

fn main() {}
