//! What `#[module]` expands to: one invocation of a user's `forward`.

use std::sync::Arc;

use super::program::{enter, slot_of};
use super::span;
use super::status::begun;
use super::{Module, Parameters};
use tracing::Instrument as _;

use crate::error::{Error, Result};
use crate::predict::Prediction;
use crate::predict::assertion::Site;
use crate::run::{Attempt, Run, Scope, Verdict};
use crate::signature::Data;

/// What a `forward` may give: a plain value, or a [`Prediction`] handed on from a part.
pub trait ForwardOutput {
    /// The module's output type.
    type Output;

    /// The output inside.
    fn into_given(self) -> Given<Self::Output>;
}

/// An output, and the call that it was handed on from.
#[derive(Debug)]
pub struct Given<T> {
    value: T,
    site: Option<Site>,
}

impl<T: Data> ForwardOutput for T {
    type Output = T;

    fn into_given(self) -> Given<T> {
        Given { value: self, site: None }
    }
}

impl<T> ForwardOutput for Prediction<T> {
    type Output = T;

    fn into_given(self) -> Given<T> {
        let site = self.site().cloned();
        Given { value: self.into_output(), site }
    }
}

impl<T> ForwardOutput for Given<T> {
    type Output = T;

    fn into_given(self) -> Self {
        self
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
    fn into_result(self) -> Result<Given<Self::Output>>;
}

impl<T, E> ForwardReturn for std::result::Result<T, E>
where
    T: ForwardOutput,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Output = T::Output;

    fn into_result(self) -> Result<Given<T::Output>> {
        self.map(ForwardOutput::into_given).map_err(|error| Error::from_boxed(error.into()))
    }
}

/// Runs `forward` on a clone of the module scoped to this one invocation; and again, where an
/// assertion in it sent an answer back, with all that is paid for.
///
/// # Errors
/// What `forward` returned, or the assertion that failed.
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
    let (run, mut attempt, has_place) = first_attempt(module);
    let told = if run.wants_events() { begun(module, &run, attempt.scope()) } else { None };
    span::open(module, &run, attempt.scope(), &input);
    loop {
        let mut scoped = module.clone();
        enter(&mut scoped, &run, &attempt, has_place);
        let returned = match attempt.scope().span() {
            None => forward(scoped, input.clone()).await,
            // Boxed apart, so that a call that nobody watches takes no room for it.
            Some(span) => Box::pin(forward(scoped, input.clone()).instrument(span)).await,
        };
        let result = returned.into_result();
        let result = match verdict(&attempt, result) {
            Some(result) => result,
            None => {
                attempt = attempt.again();
                continue;
            }
        };
        let last_call = attempt.close();
        let noted = attempt.scope().end();
        span::close(module, attempt.scope(), result.as_ref().map(|given| &given.value));
        if let Some(told) = told {
            told.end_with(result.is_ok());
        }
        let given = result?;
        // Whoever called the module judges it: the call goes on, the attempt is theirs.
        let around = attempt.around().cloned();
        let site = match given.site {
            Some(site) => Some(site.handed_to(around)),
            None => last_call.map(|call| Site::new(around, call)),
        };
        return Ok(Prediction::of_invocation(given.value, noted, site));
    }
}

/// The first attempt of a new invocation: a child of the one the module stands in, or the first of a
/// new run; with the run, and whether the module stands in one.
fn first_attempt<M: Parameters>(module: &M) -> (Run, Attempt, bool) {
    match slot_of(module) {
        Some(slot) => {
            let first = Attempt::first(slot.run(), slot.scope(), slot.attempt());
            (slot.run().clone(), first, true)
        }
        None => {
            let run = Run::new();
            let first = Attempt::first(&run, &run.root_scope(), None);
            (run, first, false)
        }
    }
}

/// A clone of the module inside a new invocation, for modules that are no `forward`.
pub(crate) fn in_new_scope<M: Parameters + Clone>(module: &M) -> (M, Arc<Scope>) {
    let (run, attempt, has_place) = first_attempt(module);
    let mut clone = module.clone();
    enter(&mut clone, &run, &attempt, has_place);
    (clone, Arc::clone(attempt.scope()))
}

/// What the invocation ends with; none where `forward` is to run again.
fn verdict<T>(attempt: &Attempt, result: Result<T>) -> Option<Result<T>> {
    let Verdict { is_sent_back, failed } = attempt.verdict();
    match &result {
        Ok(_) if is_sent_back => return None,
        Ok(_) => return Some(result),
        // One that failed for good, where another was sent back at the same time, stays failed.
        Err(Error::Asserted { path, error })
            if is_sent_back
                && !failed.as_ref().is_some_and(|(at, failed)| (at, failed) == (path, error)) =>
        {
            return None;
        }
        Err(Error::User(_)) if is_sent_back => return None,
        // The model failed, say: asking it the rest would not help.
        Err(_) => {}
    }
    let Some((path, failed)) = failed else { return Some(result) };
    if let Some(parent) = attempt.around() {
        parent.note_failed(&path, &failed);
    }
    // An error type of the user's own does not hide it.
    if matches!(result, Err(Error::User(_))) {
        return Some(Err(Error::Asserted { path, error: Box::new(failed) }));
    }
    Some(result)
}
