use dspy::prelude::*;

#[derive(Signature)]
struct Add {
    #[input]
    a: i64,
    #[input]
    b: i64,
    #[output]
    sum: i64,
}

async fn add(adder: &Predict<Add>) -> dspy::Result<i64> {
    Ok(adder.call((1, 2)).await?.sum)
}

fn main() {}
