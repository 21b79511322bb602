use dspy::prelude::*;

fn main() {
    let rate = Predict::of(signature!("question, answer -> score: float"));
    let _ = rate.call("Why?");
}
