//! Programs of any type, by what they take and give.

use std::fmt;
use std::pin::Pin;

use super::{Module, Parameters, Path, Visit, VisitMut};
use crate::error::Result;
use crate::predict::Prediction;
use crate::signature::Data;

trait ErasedModule<I, O>: Parameters + Send + Sync {
    fn invoke(&self, input: I) -> Pin<Box<dyn Future<Output = Result<Prediction<O>>> + Send + '_>>;
    fn boxed_clone(&self) -> Box<dyn ErasedModule<I, O>>;
    fn type_name(&self) -> &'static str;
}

impl<M: Module> ErasedModule<M::Input, M::Output> for M {
    fn invoke(
        &self,
        input: M::Input,
    ) -> Pin<Box<dyn Future<Output = Result<Prediction<M::Output>>> + Send + '_>> {
        Box::pin(Module::invoke(self, input))
    }

    fn boxed_clone(&self) -> Box<dyn ErasedModule<M::Input, M::Output>> {
        Box::new(self.clone())
    }

    fn type_name(&self) -> &'static str {
        std::any::type_name::<M>()
    }
}

/// A module of unknown type: for ensembles, agents and servers that hold several programs.
///
/// It is itself a module, with the parameters of the one inside at the same paths.
///
/// ```
/// use dspy::prelude::*;
/// use dspy::module::DynModule;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// # #[derive(Signature)] struct Other { #[input] question: String, #[output] answer: String }
/// let programs: Vec<DynModule<QaInput, QaOutput>> = vec![
///     DynModule::new(Predict::<Qa>::new()),
///     DynModule::new(Predict::<Qa>::new().with_instructions("Answer in French.")),
/// ];
/// assert_eq!(dspy::module::leaf_paths(&programs), ["[0]", "[1]"]);
/// ```
pub struct DynModule<I, O>(Box<dyn ErasedModule<I, O>>);

impl<I: Data, O: Data> DynModule<I, O> {
    /// Forgets the module's type.
    pub fn new(module: impl Module<Input = I, Output = O>) -> Self {
        Self(Box::new(module))
    }
}

impl<I: Data, O: Data> Module for DynModule<I, O> {
    type Input = I;
    type Output = O;

    async fn invoke(&self, input: I) -> Result<Prediction<O>> {
        self.0.invoke(input).await
    }
}

impl<I, O> Parameters for DynModule<I, O> {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        self.0.walk(path, visit);
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        self.0.walk_mut(path, visit);
    }
}

impl<I, O> Clone for DynModule<I, O> {
    fn clone(&self) -> Self {
        Self(self.0.boxed_clone())
    }
}

impl<I, O> fmt::Debug for DynModule<I, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DynModule").field(&self.0.type_name()).finish()
    }
}
