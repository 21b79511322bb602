//! How good candidates are, as far as a partly filled score matrix tells.

mod root;
mod system;
mod variance;

use std::cmp::Reverse;

use crate::error::{Error, Result};
use crate::evaluate::distribution::{normal_cdf, normal_density};
use system::System;
use variance::Variances;

/// What scores say about the mean of every candidate.
///
/// The model: a score is the candidate's mean, plus how easy the item is (the same for all
/// candidates, so that candidates on different items compare fairly), plus noise, all normal. The
/// candidates' means scatter around a common one, so an estimate is pulled towards it, the more the
/// fewer items the candidate has seen: the highest of many averages is then no longer mostly luck.
/// The variances of items and noise are estimated from the scores (empirical Bayes); over the
/// scatter of the candidates, of which there are few, the estimate averages, with a half-Cauchy
/// prior of a tenth of the scores' standard deviation.
///
/// ```
/// use dspy::optimize::Posterior;
///
/// let seen = |scores: &[f64]| scores.iter().copied().map(Some).collect::<Vec<_>>();
/// let posterior = Posterior::new(&[
///     seen(&[0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]), // the baseline
///     seen(&[1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0]),
///     seen(&[1.0]), // all right so far
/// ])?;
/// assert_eq!(posterior.best(), Some(1));
/// assert!(posterior.probability_above(1, 0, 0.0) > 0.6);
/// # Ok::<(), dspy::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    means: Vec<f64>,
    /// Covariances of the means, row by row.
    covariances: Vec<Vec<f64>>,
    counts: Vec<usize>,
    noise: f64,
}

impl Posterior {
    /// Estimates from one row of scores for each candidate, one cell for each item; a row may end
    /// early, and `None` is a cell that nobody filled.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a score that is no finite number.
    pub fn new<S: AsRef<[Option<f64>]>>(scores: &[S]) -> Result<Self> {
        let rows: Vec<&[Option<f64>]> = scores.iter().map(AsRef::as_ref).collect();
        for (candidate, row) in rows.iter().enumerate() {
            if let Some(item) =
                row.iter().position(|cell| cell.is_some_and(|score| !score.is_finite()))
            {
                return Err(Error::Invalid(format!(
                    "candidate {candidate} has no finite score on item {item}; a metric must give numbers"
                )));
            }
        }
        let counts: Vec<usize> = rows.iter().map(|row| row.iter().flatten().count()).collect();
        let seen: Vec<f64> = rows.iter().flat_map(|row| row.iter().flatten().copied()).collect();
        let centre = seen.iter().sum::<f64>() / seen.len().max(1) as f64;
        let variances = Variances::estimate(&rows, centre);
        let (offsets, covariances) = System::new(&rows, centre, variances).solve();
        Ok(Self {
            means: offsets.iter().map(|offset| centre + offset).collect(),
            covariances,
            counts,
            noise: variances.noise.sqrt(),
        })
    }

    /// How many candidates there are.
    pub fn len(&self) -> usize {
        self.means.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.means.is_empty()
    }

    /// The candidate's mean as estimated, in the metric's unit.
    pub fn mean(&self, candidate: usize) -> Option<f64> {
        self.means.get(candidate).copied()
    }

    /// How uncertain that mean is: a standard deviation, in the metric's unit.
    pub fn sd(&self, candidate: usize) -> Option<f64> {
        self.mean(candidate).map(|_| self.covariance(candidate, candidate).max(0.0).sqrt())
    }

    /// How much a score scatters that neither candidate nor item explains: a standard deviation, in
    /// the metric's unit.
    pub fn noise(&self) -> f64 {
        self.noise
    }

    /// The mean of the first candidate minus that of the second, with its standard deviation. Items
    /// seen by both count fully: how hard they are drops out. `None` where a candidate does not
    /// exist.
    pub fn difference(&self, first: usize, second: usize) -> Option<(f64, f64)> {
        let mean = self.mean(first)? - self.mean(second)?;
        let variance = self.covariance(first, first) + self.covariance(second, second)
            - 2.0 * self.covariance(first, second);
        Some((mean, variance.max(0.0).sqrt()))
    }

    /// How probable it is that the first candidate is better than the second by more than this;
    /// one half where nothing is known. 0 where a candidate does not exist.
    pub fn probability_above(&self, first: usize, second: usize, margin: f64) -> f64 {
        let Some((mean, sd)) = self.difference(first, second) else {
            return 0.0;
        };
        match (mean - margin) / sd {
            z if z.is_nan() => 0.5,
            z => normal_cdf(z),
        }
    }

    /// What is lost, on average, by taking the second candidate where the first may be better: the
    /// mean of the positive part of the difference, in the metric's unit.
    pub fn expected_gain(&self, first: usize, second: usize) -> f64 {
        let Some((mean, sd)) = self.difference(first, second) else {
            return 0.0;
        };
        match mean / sd {
            z if z.is_finite() => sd * normal_density(z) + mean * normal_cdf(z),
            _ => mean.max(0.0),
        }
    }

    /// The candidate with the highest estimated mean; among equals the one that has seen most items,
    /// and then the first. `None` where there are no candidates.
    pub fn best(&self) -> Option<usize> {
        self.best_of(0..self.len())
    }

    /// The same among some of the candidates.
    pub fn best_of(&self, candidates: impl IntoIterator<Item = usize>) -> Option<usize> {
        let candidates: Vec<(usize, f64)> =
            candidates.into_iter().filter_map(|place| Some((place, self.mean(place)?))).collect();
        let &(highest, top) = candidates.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        // Equal but for rounding is equal.
        let least = top - 1e-9 * self.sd(highest)?;
        let count = |place: usize| self.counts.get(place).copied().unwrap_or_default();
        let level = candidates.into_iter().filter(|(_, mean)| *mean >= least);
        level.map(|(place, _)| place).min_by_key(|place| (Reverse(count(*place)), *place))
    }

    fn covariance(&self, first: usize, second: usize) -> f64 {
        self.covariances.get(first).and_then(|row| row.get(second)).copied().unwrap_or_default()
    }
}
