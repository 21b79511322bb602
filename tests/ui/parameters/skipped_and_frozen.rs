use dspy::prelude::*;

#[derive(Parameters)]
struct Parts {
    #[parameters(skip, frozen)]
    threshold: f64,
}

fn main() {}
