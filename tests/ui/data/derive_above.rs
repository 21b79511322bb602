use dspy::prelude::*;

#[derive(Clone)]
#[data]
struct Category {
    name: String,
}

fn main() {}
