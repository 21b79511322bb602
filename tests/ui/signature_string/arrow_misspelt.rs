use dspy::prelude::*;

fn main() {
    let _ = Predict::of(signature!("question => answer"));
}
