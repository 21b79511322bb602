use dspy::prelude::*;

#[derive(Signature)]
struct Chain {
    #[input]
    link: String,
    #[output]
    next: Option<Box<Self>>,
}

fn main() {}
