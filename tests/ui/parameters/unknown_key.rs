use dspy::prelude::*;

#[derive(Parameters)]
struct Parts {
    #[parameters(skipp)]
    threshold: f64,
}

fn main() {}
