use dspy::prelude::*;

#[data]
fn category() -> String {
    "war".to_owned()
}

fn main() {}
