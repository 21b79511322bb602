use dspy::prelude::*;

#[derive(Signature)]
struct Joke {
    #[output]
    joke: String,
}

fn main() {
    // Nothing else fails for it.
    let _ = Predict::<Joke>::new();
}
