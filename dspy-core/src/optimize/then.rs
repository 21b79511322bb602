//! [`Then`]: one optimizer after another.

use super::Optimizer;
use super::report::Report;
use crate::error::Result;
use crate::module::Module;
use crate::row::{Row, Rows};

/// Two optimizers, the second on what the first returned.
///
/// ```
/// use dspy::optimize::{BootstrapFewShot, Gepa};
/// # use dspy::prelude::*;
/// # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
///
/// let right = |row: &Qa, out: &QaOutput| row.answer == out.answer;
/// // First the instruction, then the demonstrations.
/// let both = Gepa::new(right).then(BootstrapFewShot::new(right));
/// # let _ = both;
/// ```
#[derive(Clone, Debug)]
pub struct Then<A, B> {
    first: A,
    second: B,
}

impl<A, B> Then<A, B> {
    /// One optimizer, and then another on what it returned.
    pub fn new(first: A, second: B) -> Self {
        Self { first, second }
    }

    /// These, and then another.
    pub fn then<C>(self, next: C) -> Then<Self, C> {
        Then::new(self, next)
    }
}

impl<P, R, A, B> Optimizer<P, R> for Then<A, B>
where
    P: Module,
    R: Row<P::Input>,
    A: Optimizer<P, R>,
    B: Optimizer<P, R>,
{
    async fn compile_rows(&self, program: &P, train: Rows<R>) -> Result<Report<P>> {
        let first = self.first.compile_rows(program, train.clone()).await?;
        let second = self.second.compile_rows(&first.program, train).await?;
        Ok(second.after(first))
    }
}
