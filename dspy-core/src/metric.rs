//! Metrics: how good an output is.
//!
//! Besides your own, there are those that everybody uses: [`exact_match`], [`token_f1`],
//! [`hotpot_f1`], [`answer_in_passage`], [`near`] and [`number_in_text`] for numbers, [`JsonFields`],
//! [`rouge_l`], [`bleu`], [`edit_similarity`], [`EmbeddingSimilarity`]; those that ask a model are in
//! [`judge`](crate::judge). Each gives a [`Score`] with words, and [`Weighted`] makes one of several.
//!
//! ```
//! use dspy::metric::token_f1;
//! use dspy::prelude::*;
//!
//! # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
//! let metric = |row: &Qa, out: &QaOutput| token_f1(&out.answer, &row.answer);
//! # let _ = metric;
//! ```

mod bleu;
mod edit;
mod embedding;
mod exact_match;
mod json_fields;
mod normalize;
mod numeric;
mod passage;
mod references;
mod rouge;
mod token_f1;
mod weighted;

pub use bleu::{bleu, corpus_bleu};
pub use edit::edit_similarity;
pub use embedding::{EmbeddingSimilarity, SimilarityMetric};
pub use exact_match::{exact_match, same_text};
pub use json_fields::JsonFields;
pub use normalize::normalize_text;
pub use numeric::{Tolerance, last_number, near, number_in_text};
pub use passage::answer_in_passage;
pub use references::References;
pub use rouge::rouge_l;
pub(crate) use token_f1::harmonic;
pub use token_f1::{hotpot_f1, token_f1};
pub use weighted::Weighted;

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::run::Trace;

/// How good an output is, with words for whoever wants to improve it.
///
/// By convention 0 is the worst and 1 the best; optimizers only need more to be better.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Score {
    /// The score itself; finite.
    pub value: f64,
    /// What was good or bad, for people and for optimizers that can read.
    pub feedback: Option<String>,
    /// The same of single predictors of the program, by path.
    pub feedback_for: BTreeMap<String, String>,
}

impl Score {
    /// A score without words.
    pub fn new(value: f64) -> Self {
        Self { value, feedback: None, feedback_for: BTreeMap::new() }
    }

    /// The same score with words.
    #[must_use]
    pub fn with_feedback(mut self, feedback: impl Into<String>) -> Self {
        self.feedback = Some(feedback.into());
        self
    }

    /// The same score with words on one predictor of the program.
    #[must_use]
    pub fn with_feedback_for(
        mut self,
        path: impl Into<String>,
        feedback: impl Into<String>,
    ) -> Self {
        self.feedback_for.insert(path.into(), feedback.into());
        self
    }
}

impl From<bool> for Score {
    fn from(right: bool) -> Self {
        Self::new(f64::from(u8::from(right)))
    }
}

impl From<f64> for Score {
    fn from(value: f64) -> Self {
        Self::new(value)
    }
}

/// Judges the output of a program on a row.
///
/// A closure `|row: &Row, output: &Output|` that gives a `bool`, an `f64` or a [`Score`] is a
/// metric. One that needs the run as well is wrapped in [`with_trace`]; one that must wait for
/// something (a judge that is itself a program) implements the trait.
///
/// ```
/// use dspy::prelude::*;
/// use dspy::metric::{Metric, Score};
/// use dspy::run::Trace;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// struct Judge;
///
/// impl Metric<Qa, QaOutput> for Judge {
///     async fn score(&self, row: &Qa, output: &QaOutput, _: &Trace) -> dspy::Result<Score> {
///         Ok(Score::from(row.answer == output.answer))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no metric for rows `{R}` and outputs `{O}`",
    label = "no metric for this program",
    note = "a metric is a closure `|row: &{R}, output: &{O}|` that gives `bool`, `f64` or `Score`, or a type that implements `Metric<{R}, {O}>`"
)]
pub trait Metric<R, O>: Send + Sync + 'static {
    /// Scores one output. The trace is empty unless [`needs_trace`](Self::needs_trace) says so.
    ///
    /// # Errors
    /// The metric's own failure; the example then counts as failed.
    fn score(
        &self,
        row: &R,
        output: &O,
        trace: &Trace,
    ) -> impl Future<Output = Result<Score>> + Send;

    /// Whether runs must be recorded for this metric.
    fn needs_trace(&self) -> bool {
        false
    }
}

impl<F, R, O, T> Metric<R, O> for F
where
    F: Fn(&R, &O) -> T + Send + Sync + 'static,
    R: Sync,
    O: Sync,
    T: Into<Score>,
{
    async fn score(&self, row: &R, output: &O, _: &Trace) -> Result<Score> {
        finite(self(row, output).into())
    }
}

/// A metric that also sees the calls that led to the output.
///
/// ```
/// use dspy::metric::with_trace;
/// # use dspy::prelude::*;
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
///
/// let frugal = with_trace(|row: &Qa, output: &QaOutput, trace: &dspy::run::Trace| {
///     row.answer == output.answer && trace.calls().len() <= 2
/// });
/// ```
pub fn with_trace<F, R, O, T>(metric: F) -> WithTrace<F>
where
    F: Fn(&R, &O, &Trace) -> T + Send + Sync + 'static,
    T: Into<Score>,
{
    WithTrace(metric)
}

/// What [`with_trace`] makes.
pub struct WithTrace<F>(F);

impl<F> fmt::Debug for WithTrace<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WithTrace")
    }
}

impl<F, R, O, T> Metric<R, O> for WithTrace<F>
where
    F: Fn(&R, &O, &Trace) -> T + Send + Sync + 'static,
    R: Sync,
    O: Sync,
    T: Into<Score>,
{
    async fn score(&self, row: &R, output: &O, trace: &Trace) -> Result<Score> {
        finite((self.0)(row, output, trace).into())
    }

    fn needs_trace(&self) -> bool {
        true
    }
}

type Judging<'a> = Pin<Box<dyn Future<Output = Result<Score>> + Send + 'a>>;

trait ErasedMetric<R, O>: Send + Sync {
    fn score<'a>(&'a self, row: &'a R, output: &'a O, trace: &'a Trace) -> Judging<'a>;
    fn needs_trace(&self) -> bool;
}

impl<R, O, M: Metric<R, O>> ErasedMetric<R, O> for M {
    fn score<'a>(&'a self, row: &'a R, output: &'a O, trace: &'a Trace) -> Judging<'a> {
        Box::pin(Metric::score(self, row, output, trace))
    }

    fn needs_trace(&self) -> bool {
        Metric::needs_trace(self)
    }
}

/// A cheap, clonable handle over any metric for these rows and outputs.
pub struct DynMetric<R, O>(Arc<dyn ErasedMetric<R, O>>);

impl<R, O> DynMetric<R, O> {
    /// A handle over a metric.
    pub fn new(metric: impl Metric<R, O>) -> Self {
        Self(Arc::new(metric))
    }
}

impl<R, O> Clone for DynMetric<R, O> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R, O> fmt::Debug for DynMetric<R, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DynMetric")
    }
}

impl<R: Sync + 'static, O: Sync + 'static> Metric<R, O> for DynMetric<R, O> {
    async fn score(&self, row: &R, output: &O, trace: &Trace) -> Result<Score> {
        finite(self.0.score(row, output, trace).await?)
    }

    fn needs_trace(&self) -> bool {
        self.0.needs_trace()
    }
}

/// A metric that forms a number by dividing by zero must not win or sink a comparison.
fn finite(score: Score) -> Result<Score> {
    if score.value.is_finite() {
        Ok(score)
    } else {
        Err(Error::Invalid(format!("the metric gave {}, a score must be finite", score.value)))
    }
}
