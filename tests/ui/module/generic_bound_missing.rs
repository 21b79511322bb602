use dspy::prelude::*;

#[derive(Clone, Default)]
struct Wrap<M> {
    inner: M,
}

#[module]
impl<M: Clone> Wrap<M> {
    pub async fn forward(&self, question: String) -> dspy::Result<usize> {
        let _ = &self.inner;
        Ok(question.len())
    }
}

fn main() {}
