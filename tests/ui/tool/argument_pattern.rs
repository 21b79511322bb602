use dspy::prelude::*;

#[tool]
async fn search((first, second): (String, String)) -> String {
    first + &second
}

fn main() {}
