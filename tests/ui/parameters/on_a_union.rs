use dspy::prelude::*;

#[derive(Parameters)]
union Parts {
    low: f64,
    high: u32,
}

fn main() {}
