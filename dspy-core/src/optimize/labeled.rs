//! Demonstrations taken straight from labelled rows.

use std::time::Instant;

use super::demos::{data_hash, labeled, open_tasks, row_fields, sample, with_demos};
use super::report::Report;
use super::then::Then;
use super::{Optimizer, require_rows};
use crate::error::Result;
use crate::evaluate::ProgramNote;
use crate::module::Module;
use crate::row::{Row, Rows};

/// Gives every predictor up to `k` labelled rows as demonstrations. Costs no LM call.
///
/// The reference is DSPy's `LabeledFewShot`; here the seed is the user's, and each predictor gets
/// only rows that have inputs and outputs of its own.
///
/// ```
/// use dspy::prelude::*;
/// use dspy::optimize::{LabeledFewShot, Optimizer};
///
/// # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let rows = vec![Qa { question: "2+2?".into(), answer: "4".into() }];
/// let report = LabeledFewShot::new(8).seed(7).compile(&Predict::<Qa>::new(), &rows).await?;
/// assert_eq!(report.program.demos().len(), 1);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct LabeledFewShot {
    k: usize,
    seed: u64,
}

impl LabeledFewShot {
    /// At most `k` demonstrations for each predictor.
    pub fn new(k: usize) -> Self {
        Self { k, seed: 0 }
    }

    /// The seed of the draw.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// These demonstrations, and then another optimizer.
    pub fn then<B>(self, next: B) -> Then<Self, B> {
        Then::new(self, next)
    }
}

impl<P, R> Optimizer<P, R> for LabeledFewShot
where
    P: Module,
    R: Row<P::Input>,
{
    async fn compile_rows(&self, program: &P, train: Rows<R>) -> Result<Report<P>> {
        require_rows(&train, "the training set")?;
        let started = Instant::now();
        let tasks = open_tasks(program);
        let fields = row_fields(&train)?;
        let (mut sets, counts) = labeled(&tasks, &fields)?;
        for (path, set) in &mut sets {
            *set = sample(set, self.k, self.seed, path);
        }
        let given = ProgramNote::of(program);
        let program = with_demos(program, &sets)?;
        let returned = ProgramNote::of(&program);
        let mut report = Report::new(program, "LabeledFewShot", self.seed);
        report.given = given;
        report.returned = returned;
        report.demo_counts = counts;
        report.data = data_hash(&fields);
        report.elapsed = started.elapsed();
        Ok(report)
    }
}
