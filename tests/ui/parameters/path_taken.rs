use dspy::prelude::*;

#[derive(Parameters)]
struct Parts {
    low: f64,
    #[parameters(rename = "low")]
    high: f64,
}

fn main() {}
