//! Optimizers: programs with better prompts, found by a metric on data.

mod bootstrap;
mod changes;
mod copro;
mod demos;
mod engine;
mod finish;
mod fit_decision;
mod gate;
mod gepa;
mod headroom;
mod journal;
mod labeled;
mod meters;
mod mipro;
mod outcome;
mod plan;
mod posterior;
mod progress;
mod proposer;
mod race;
mod random_search;
mod ratchet;
mod report;
mod simba;
mod span;
mod stage;
mod stop;
mod strategy;
pub mod surrogate;
mod then;
mod tuned;

pub use bootstrap::{Bootstrap, BootstrapFewShot};
pub use changes::Changes;
pub use copro::{CoordinateAscent, Copro};
pub use engine::{CandidateId, CandidateProgram, Engine, Question, Rollout, Standing};
pub use fit_decision::{FitDecision, FitError, FitReport};
pub use gate::{Gate, Verdict};
pub use gepa::{Evolution, Gepa};
pub use headroom::{Advice, Attempt, Headroom};
pub use labeled::LabeledFewShot;
pub use meters::{Role, Spending};
pub use mipro::{Auto, BayesianSignatureOptimizer, Mipro, MiproV2, Signatures};
pub use outcome::{Outcome, Step};
pub use plan::{Facts, Needs, Plan, Range};
pub use posterior::Posterior;
pub use race::{Batch, BettingTest, Elimination, Race, RaceStop};
pub use random_search::{BootstrapFewShotWithRandomSearch, RandomSearch};
pub use ratchet::{Climbing, Ratchet};
pub use report::{Basis, Candidate, DemoCount, Judgement, Moment, Report};
pub use simba::{Introspection, Simba};
pub use stage::{Part, Task};
pub use stop::{Stop, StopReason};
pub use strategy::Strategy;
pub use surrogate::Surrogate;
pub use then::Then;
pub use tuned::Tuned;

use crate::error::{Error, Result};
use crate::module::Module;
use crate::row::{DataError, Rows};

/// Something that tunes the parameters of any program on rows.
///
/// The program comes back inside a [`Report`]; the one passed in is not changed. Frozen predictors
/// stay as they are.
pub trait Optimizer<P: Module, R>: Send + Sync {
    /// Tunes the program on these training rows; what [`compile`](Self::compile) calls.
    ///
    /// # Errors
    /// Rows that are missing or unfit, and failures that every call would meet.
    fn compile_rows(
        &self,
        program: &P,
        train: Rows<R>,
    ) -> impl Future<Output = Result<Report<P>>> + Send;

    /// Tunes the program on training rows.
    ///
    /// # Errors
    /// Rows that are missing or unfit, and failures that every call would meet.
    fn compile(
        &self,
        program: &P,
        train: impl Into<Rows<R>>,
    ) -> impl Future<Output = Result<Report<P>>> + Send
    where
        Self: Sized,
    {
        self.compile_rows(program, train.into())
    }
}

fn require_rows<R>(rows: &Rows<R>, what: &str) -> Result<()> {
    if rows.is_empty() {
        return Err(Error::from(DataError::Empty {
            what: what.to_owned(),
            fix: "an optimizer learns from rows; give it at least one".to_owned(),
        }));
    }
    Ok(())
}
