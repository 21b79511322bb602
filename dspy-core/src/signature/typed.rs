//! A signature's type as a value.

use std::fmt;
use std::marker::PhantomData;

use super::Signature;

/// A signature's type as a value, for a type that has no name: what `signature!("…")` gives.
///
/// ```
/// use dspy::prelude::*;
///
/// let qa = Predict::of(signature!("question -> answer"));
/// let think = ChainOfThought::of(signature!("question -> score: float"));
/// # let _ = (qa, think);
/// ```
pub struct Task<S>(PhantomData<fn() -> S>);

impl<S: Signature> Task<S> {
    /// The task of a signature.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<S: Signature> Default for Task<S> {
    fn default() -> Self {
        Self::new()
    }
}

// Not derived: that would ask for `S: Clone`.
impl<S> Clone for Task<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Task<S> {}

impl<S: Signature> fmt::Debug for Task<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Task").field(&S::schema().name()).finish()
    }
}
