//! Signatures and modules over types and parts that their users choose.

use dspy::prelude::*;

/// Extract the value.
#[derive(Signature)]
struct Extract<T: Data + std::fmt::Debug> {
    #[input]
    text: String,
    #[output]
    value: T,
}

#[derive(Clone)]
struct Retry<M> {
    inner: M,
    times: u8,
}

#[module]
impl<M> Retry<M>
where
    M: Module,
    M::Input: std::fmt::Debug,
    M::Output: std::fmt::Debug,
{
    async fn forward(&self, input: M::Input) -> dspy::Result<M::Output> {
        let mut result = self.inner.call(input.clone()).await;
        for _ in 1..self.times {
            if result.is_ok() {
                break;
            }
            result = self.inner.call(input.clone()).await;
        }
        result.map(Prediction::into_output)
    }
}

fn takes<M: Module<Output = ExtractOutput<Vec<u8>>>>(_: &M) {}

fn main() {
    takes(&Retry { inner: Predict::<Extract<Vec<u8>>>::new(), times: 2 });
}
