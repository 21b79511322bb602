//! What `#[module]` expands to: one invocation of a user's `forward`.

use std::sync::Arc;

use super::program::{attach_in, enter, slot_of};
use super::{Module, Parameters};
use crate::error::{Error, Result};
use crate::predict::Prediction;
use crate::run::{Run, Scope};
use crate::signature::Data;

/// What a `forward` may give: a plain value, or a [`Prediction`] handed on from a part.
pub trait ForwardOutput {
    /// The module's output type.
    type Output;

    /// The output inside.
    fn into_value(self) -> Self::Output;
}

impl<T: Data> ForwardOutput for T {
    type Output = T;

    fn into_value(self) -> T {
        self
    }
}

impl<T> ForwardOutput for Prediction<T> {
    type Output = T;

    fn into_value(self) -> T {
        self.into_output()
    }
}

/// What a `forward` may return: a `Result` of such a value with any error.
#[diagnostic::on_unimplemented(
    message = "`forward` must return a `Result`, not `{Self}`",
    note = "write `-> dspy::Result<T>`, or `-> Result<T, E>` with an error of your own; `T` needs `#[dspy::data]` (or `Clone`, serde's and schemars' derives)"
)]
pub trait ForwardReturn {
    /// The module's output type.
    type Output;

    /// The output, or the error as the framework's.
    ///
    /// # Errors
    /// The error that `forward` returned.
    fn into_result(self) -> Result<Self::Output>;
}

impl<T, E> ForwardReturn for std::result::Result<T, E>
where
    T: ForwardOutput,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Output = T::Output;

    fn into_result(self) -> Result<T::Output> {
        self.map(ForwardOutput::into_value).map_err(|error| Error::from_boxed(error.into()))
    }
}

/// Runs `forward` on a clone of the module scoped to this one invocation.
///
/// # Errors
/// What `forward` returned.
pub async fn invoke<M, F, Fut>(
    module: &M,
    input: M::Input,
    forward: F,
) -> Result<Prediction<M::Output>>
where
    M: Module,
    F: Fn(M, M::Input) -> Fut + Send + Sync,
    Fut: Future<Output: ForwardReturn<Output = M::Output> + Send> + Send,
{
    let (scoped, scope) = in_new_scope(module);
    let output = forward(scoped, input).await.into_result()?;
    Ok(Prediction::of_scope(output, &scope))
}

/// A clone of the module inside a new invocation: a child of the one the module stands in, or the
/// first of a new run.
fn in_new_scope<M: Parameters + Clone>(module: &M) -> (M, Arc<Scope>) {
    let mut clone = module.clone();
    match slot_of(&clone) {
        Some(slot) => {
            let scope = slot.run().child_scope(slot.scope());
            enter(&mut clone, &scope);
            (clone, scope)
        }
        None => {
            let run = Run::new();
            let scope = run.child_scope(&run.root_scope());
            attach_in(&mut clone, &run, &scope);
            (clone, scope)
        }
    }
}
