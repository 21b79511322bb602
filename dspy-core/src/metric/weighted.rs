//! Several metrics as one.

use std::fmt;

use super::{DynMetric, Metric, Score};
use crate::error::{Error, Result};
use crate::run::Trace;

/// Several metrics as one: the mean of their scores by weight, with what each had to say.
///
/// ```
/// use dspy::metric::{Weighted, exact_match};
/// use dspy::prelude::*;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// let metric = Weighted::<Qa, QaOutput>::new()
///     .with("right", 0.8, |row, out| exact_match(&out.answer, &row.answer))
///     .with("brief", 0.2, |_, out| out.answer.len() <= 40);
/// # let _ = metric;
/// ```
pub struct Weighted<R, O> {
    parts: Vec<(String, f64, DynMetric<R, O>)>,
}

impl<R: Sync + 'static, O: Sync + 'static> Weighted<R, O> {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// Adds a closure with a name and a weight.
    #[must_use]
    pub fn with<F, T>(self, name: impl Into<String>, weight: f64, metric: F) -> Self
    where
        F: Fn(&R, &O) -> T + Send + Sync + 'static,
        T: Into<Score>,
    {
        self.with_metric(name, weight, metric)
    }

    /// Adds any metric with a name and a weight.
    #[must_use]
    pub fn with_metric(
        mut self,
        name: impl Into<String>,
        weight: f64,
        metric: impl Metric<R, O>,
    ) -> Self {
        self.parts.push((name.into(), weight, DynMetric::new(metric)));
        self
    }
}

impl<R: Sync + 'static, O: Sync + 'static> Default for Weighted<R, O> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R, O> fmt::Debug for Weighted<R, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.parts.iter().map(|(name, weight, _)| (name, weight))).finish()
    }
}

impl<R: Sync + 'static, O: Sync + 'static> Metric<R, O> for Weighted<R, O> {
    /// # Errors
    /// Those of the parts, and [`Error::Invalid`] where weights are negative or add up to nothing.
    async fn score(&self, row: &R, output: &O, trace: &Trace) -> Result<Score> {
        let total: f64 = self.parts.iter().map(|(_, weight, _)| weight).sum();
        let fits = self.parts.iter().all(|(_, weight, _)| *weight >= 0.0);
        if !fits || !total.is_finite() || total <= 0.0 {
            return Err(Error::Invalid(
                "the weights of a metric must not be negative, and one must be above 0".to_owned(),
            ));
        }
        let mut all = Score::new(0.0);
        let mut lines = Vec::new();
        for (name, weight, metric) in &self.parts {
            let part = metric.score(row, output, trace).await?;
            all.value += part.value * weight / total;
            let words = part.feedback.map(|words| format!(": {words}")).unwrap_or_default();
            lines.push(format!("{name} {:.3}{words}", part.value));
            for (path, words) in part.feedback_for {
                let known = all.feedback_for.entry(path).or_default();
                if !known.is_empty() {
                    known.push('\n');
                }
                known.push_str(&words);
            }
        }
        Ok(all.with_feedback(lines.join("\n")))
    }

    fn needs_trace(&self) -> bool {
        self.parts.iter().any(|(_, _, metric)| Metric::needs_trace(metric))
    }
}
