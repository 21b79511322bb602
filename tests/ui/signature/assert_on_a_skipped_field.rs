use dspy::prelude::*;

#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
    #[signature(skip)]
    #[assert(cache.is_none(), "nothing")]
    cache: Option<String>,
}

fn main() {}
