use dspy::prelude::*;

fn main() {
    let _ = Predict::of(signature!(/** Answer. */ "question -> answer"));
}
