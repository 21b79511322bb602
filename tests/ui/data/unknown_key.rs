use dspy::prelude::*;

#[data(krate = "::dspy")]
struct Category {
    name: String,
}

fn main() {}
