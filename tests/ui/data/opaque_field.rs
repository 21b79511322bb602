use dspy::prelude::*;

struct Opaque;

#[data]
struct Category {
    name: String,
    kind: Opaque,
}

fn main() {}
