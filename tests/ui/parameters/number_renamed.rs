use dspy::prelude::*;

#[derive(Parameters)]
struct Parts(#[parameters(rename = "threshold")] f64);

fn main() {}
