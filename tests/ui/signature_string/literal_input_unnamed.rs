use dspy::prelude::*;

fn main() {
    let _ = Predict::of(signature!("kind: Literal['a', 'b'], text -> answer"));
}
