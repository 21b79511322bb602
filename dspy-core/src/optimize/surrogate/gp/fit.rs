//! A Gaussian process with everything about it assumed but its constant mean.

use super::super::Posterior;
use super::cholesky::{Factor, dot};
use super::kernel::Kernel;
use super::summary::Scores;

/// The posterior under one assumption. The mean of the space has a flat prior.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    kernel: Kernel,
    /// Variance of the noise of scores that come without one.
    noise: f64,
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
    /// Every point's scores come with how it differs from each point before it. `None` where the
    /// numbers leave no positive definite matrix.
    pub(super) fn of(data: &[(Scores, Vec<usize>)], kernel: Kernel, noise: f64) -> Option<Self> {
        let (mut factor, mut means, mut log_likelihood) = (Factor::default(), Vec::new(), 0.0);
        for (scores, differing) in data {
            let summary = scores.under(noise, least_noise(&kernel));
            let column = kernel.covariances(differing);
            if !factor.push(&column, kernel.signal() + summary.variance) {
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
        let fit = Self { kernel, noise, factor, mean, pull, ones, precision, log_likelihood };
        (fit.log_likelihood.is_finite() && fit.mean.is_finite()).then_some(fit)
    }

    /// Adds a point whose score is awaited, with how it differs from all points so far, as if the
    /// score were known to be what is expected: no mean changes (so its pull is zero), and variances
    /// shrink. Says whether that can be; if not, nothing is added.
    pub(super) fn await_score(&mut self, differing: &[usize], noise: Option<f64>) -> bool {
        let noise = noise.unwrap_or(self.noise).max(least_noise(&self.kernel));
        let column = self.kernel.covariances(differing);
        let added = self.factor.push(&column, self.kernel.signal() + noise);
        if added {
            self.pull.push(0.0);
            self.ones = self.factor.forward(&vec![1.0; self.pull.len()]);
            self.precision = dot(&self.ones, &self.ones);
        }
        added
    }

    /// The posterior of a point that differs so from the points of the data.
    pub(super) fn posterior(&self, differing: &[usize]) -> Posterior {
        let signal = self.kernel.signal();
        let covariances = self.kernel.covariances(differing);
        let known = self.factor.forward(&covariances);
        let unexplained = 1.0 - dot(&known, &self.ones);
        let variance = signal - dot(&known, &known) + unexplained * unexplained / self.precision;
        Posterior {
            mean: self.mean + dot(&covariances, &self.pull),
            variance: variance.max(signal * 1e-12),
        }
    }
}

/// Noise below this is taken to be this, lest two rows of the matrix be the same.
fn least_noise(kernel: &Kernel) -> f64 {
    kernel.signal() * 1e-8
}
