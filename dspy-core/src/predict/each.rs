//! One program over a list of inputs.

use futures_util::{StreamExt, TryStreamExt, stream};

use super::attempt::Invocation;
use super::parallel::CONCURRENCY;
use super::prediction::Prediction;
use crate::error::Result;
use crate::module::{Module, Parameters, Path, Visit, VisitMut, within};

/// Runs a program on each input of a list, several at a time, and gives the list of outputs. Costs a
/// run of the program for each input.
///
/// The first error, in the order of the inputs, is the whole call's, and ends it. To keep the outputs
/// beside the errors, call [`batch`](Module::batch) in a `forward`. The program is at the path
/// `module`.
///
/// ```
/// use dspy::predict::Each;
/// use dspy::prelude::*;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let each = Each::new(Predict::<Qa>::new().with_lm(Lm::embedded()));
/// let questions = ["Who?", "When?"].map(|question| QaInput { question: question.into() });
/// let answers = each.call(questions.to_vec()).await?;
/// assert_eq!(answers.len(), 2);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Each<M> {
    module: M,
    concurrency: usize,
}

impl<M: Module> Each<M> {
    /// A program over lists, 16 inputs at a time.
    pub fn new(module: M) -> Self {
        Self { module, concurrency: CONCURRENCY }
    }

    /// How many inputs are worked on at a time; at least 1.
    #[must_use]
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.max(1);
        self
    }
}

impl<M: Module> Module for Each<M> {
    type Input = Vec<M::Input>;
    type Output = Vec<M::Output>;

    async fn invoke(&self, input: Vec<M::Input>) -> Result<Prediction<Vec<M::Output>>> {
        let inside = Invocation::of(self);
        let calls = input.into_iter().map(|input| {
            let program = inside.strategy.module.clone();
            let scope = &inside.scope;
            async move { within(scope, program.invoke(input)).await.map(Prediction::into_output) }
        });
        let outputs = stream::iter(calls).buffered(self.concurrency).try_collect().await?;
        let prediction = Prediction::of_invocation(outputs, inside.scope.end(), None);
        inside.end(prediction)
    }
}

impl<M: Parameters> Parameters for Each<M> {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        path.field("module", |path| self.module.walk(path, visit));
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        path.field("module", |path| self.module.walk_mut(path, visit));
    }
}
