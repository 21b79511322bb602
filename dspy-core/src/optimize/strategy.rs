//! [`Strategy`]: how a search goes about it.

use serde_json::Value;

use super::engine::{CandidateId, Engine};
use super::plan::{Facts, Needs};
use crate::error::Result;

/// How a search goes about it: what it proposes, tries and keeps. [`Tuned`](super::Tuned) makes an
/// optimizer of it, with a budget, a journal, a gate and a report.
///
/// It sees programs, rows and values as JSON only, so one strategy fits every program.
///
/// ```
/// use dspy::optimize::{CandidateId, Changes, Engine, Facts, Needs, Optimizer, Part, Strategy, Tuned};
/// use dspy::prelude::*;
///
/// /// Tries a fixed sentence at the end of each instruction.
/// struct Politely;
///
/// impl Strategy for Politely {
///     fn name(&self) -> &'static str {
///         "Politely"
///     }
///
///     fn settings(&self) -> serde_json::Value {
///         serde_json::Value::Null
///     }
///
///     fn needs(&self, facts: &Facts) -> Needs {
///         Needs::default().with_runs(2 * facts.validation)
///     }
///
///     async fn search(&self, engine: &mut Engine) -> dspy::Result<CandidateId> {
///         let mut changes = Changes::new();
///         for task in engine.tasks() {
///             let text = format!("{} Please be exact.", task.schema.instructions());
///             changes = changes.with_instructions(&task.path, text);
///         }
///         let polite = engine.add("polite", &[CandidateId::BASELINE], changes)?;
///         engine.evaluate_all(&[CandidateId::BASELINE, polite], Part::Validation).await?;
///         Ok(engine.best())
///     }
/// }
///
/// # #[derive(Signature, Clone)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let rows: Vec<Qa> =
///     (0..8).map(|n| Qa { question: format!("{n}?"), answer: n.to_string() }).collect();
/// let program = Predict::<Qa>::new().with_lm(Lm::embedded());
/// let report = Tuned::by(Politely, |row: &Qa, out: &QaOutput| row.answer == out.answer)
///     .compile(&program, &rows)
///     .await?;
/// println!("{report}");
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
pub trait Strategy: Send + Sync + 'static {
    /// The optimizer's name, for reports and saved programs.
    fn name(&self) -> &'static str;

    /// Everything that decides the course of a search beside seed and answers: a journal of other
    /// settings belongs to another run.
    fn settings(&self) -> Value;

    /// What a search on so much data takes, before anything is spent.
    fn needs(&self, facts: &Facts) -> Needs;

    /// Whether candidates are compared, so that rows must be set apart where no validation rows
    /// were given.
    fn compares(&self) -> bool {
        true
    }

    /// Searches, and gives the candidate to take. It must end soon once
    /// [`Engine::stopped`] says so, with the best so far.
    ///
    /// # Errors
    /// Failures that every run would meet.
    fn search(&self, engine: &mut Engine) -> impl Future<Output = Result<CandidateId>> + Send;
}
