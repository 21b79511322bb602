//! A Gaussian process with everything about it assumed but its constant mean.

use super::super::Posterior;
use super::cholesky::{Factor, dot};
use super::kernel::{Overlap, Shares};
use super::summary::Scores;

/// What is assumed of the scores.
#[derive(Clone, Copy, Debug)]
pub(super) struct Assumption {
    /// Variance of the true values over the space.
    pub(super) signal: f64,
    /// Variance of the noise of scores that come without one.
    pub(super) noise: f64,
    pub(super) shares: Shares,
}

/// The posterior under one assumption. The mean of the space has a flat prior.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    assumption: Assumption,
    factor: Factor,
    mean: f64,
    /// What a point's mean gets for its covariance with each point of the data.
    pull: Vec<f64>,
    /// `L⁻¹` of ones, and its square, the precision of `mean`.
    ones: Vec<f64>,
    precision: f64,
    /// Log likelihood of the data, up to a constant of the data.
    pub(super) log_likelihood: f64,
}

impl Fit {
    /// Every point's scores come with its overlaps with the points before it. `None` where the
    /// numbers leave no positive definite matrix.
    pub(super) fn of(data: &[(Scores, Vec<Overlap>)], assumption: Assumption) -> Option<Self> {
        let (mut factor, mut means, mut log_likelihood) = (Factor::default(), Vec::new(), 0.0);
        for (scores, overlaps) in data {
            let summary = scores.under(assumption.noise, assumption.least_noise());
            let column = assumption.covariances(overlaps);
            if !factor.push(&column, assumption.signal + summary.variance) {
                return None;
            }
            means.push(summary.mean);
            log_likelihood += summary.log_spread;
        }
        let ones = factor.forward(&vec![1.0; means.len()]);
        let whitened = factor.forward(&means);
        let precision = dot(&ones, &ones);
        let mean = dot(&ones, &whitened) / precision;
        let rest: Vec<f64> =
            whitened.iter().zip(&ones).map(|(value, one)| value - mean * one).collect();
        log_likelihood -= 0.5 * (dot(&rest, &rest) + precision.ln()) + factor.log_determinant();
        let pull = factor.backward(&rest);
        let fit = Self { assumption, factor, mean, pull, ones, precision, log_likelihood };
        (fit.log_likelihood.is_finite() && fit.mean.is_finite()).then_some(fit)
    }

    pub(super) fn assumption(&self) -> Assumption {
        self.assumption
    }

    /// Adds a point whose score is awaited, with its overlaps with all points so far, as if the score
    /// were known to be what is expected: no mean changes (so its pull is zero), and variances shrink.
    /// Says whether that can be; if not, nothing is added.
    pub(super) fn await_score(&mut self, overlaps: &[Overlap], noise: Option<f64>) -> bool {
        let noise = noise.unwrap_or(self.assumption.noise).max(self.assumption.least_noise());
        let column = self.assumption.covariances(overlaps);
        let added = self.factor.push(&column, self.assumption.signal + noise);
        if added {
            self.pull.push(0.0);
            self.ones = self.factor.forward(&vec![1.0; self.pull.len()]);
            self.precision = dot(&self.ones, &self.ones);
        }
        added
    }

    /// The posterior of a point with these overlaps with the points of the data.
    pub(super) fn posterior(&self, overlaps: &[Overlap]) -> Posterior {
        let signal = self.assumption.signal;
        let covariances = self.assumption.covariances(overlaps);
        let known = self.factor.forward(&covariances);
        let unexplained = 1.0 - dot(&known, &self.ones);
        let variance = signal - dot(&known, &known) + unexplained * unexplained / self.precision;
        Posterior {
            mean: self.mean + dot(&covariances, &self.pull),
            variance: variance.max(signal * 1e-12),
        }
    }
}

impl Assumption {
    fn covariances(&self, overlaps: &[Overlap]) -> Vec<f64> {
        overlaps.iter().map(|overlap| self.signal * overlap.covariance(self.shares)).collect()
    }

    /// Noise below this is taken to be this, lest two rows of the matrix be the same.
    fn least_noise(&self) -> f64 {
        self.signal * 1e-8
    }
}
