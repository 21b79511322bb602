use dspy::prelude::*;

struct Client;

#[derive(Parameters)]
struct Parts {
    threshold: f64,
    client: Client,
}

fn main() {}
