use dspy::prelude::*;

#[derive(Signature)]
enum Category {
    War,
    Peace,
}

fn main() {}
