use dspy::prelude::*;

#[derive(Signature)]
struct Todo {
    #[input]
    list: String,
    #[output]
    completed: bool,
}

fn main() {}
