//! The observations of each point as one, exact for a Gaussian model.

use std::collections::BTreeMap;

use super::super::history::Observation;
use super::super::space::Point;

/// All scores of one point.
#[derive(Clone, Debug)]
pub(super) struct Scores {
    pub(super) point: Point,
    /// Each score with the variance of its noise, if known.
    scores: Vec<(f64, Option<f64>)>,
}

/// What the scores of a point say under one assumption on unknown noise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Summary {
    pub(super) mean: f64,
    /// Of the mean around the point's true value.
    pub(super) variance: f64,
    /// Log likelihood, up to a constant, of how the scores lie around their mean.
    pub(super) log_spread: f64,
}

impl Scores {
    /// Sums up the observations of each point, in the order in which the points were first tried, and
    /// takes `origin` from all scores.
    pub(super) fn of(observations: &[Observation], origin: f64) -> Vec<Self> {
        let mut places = BTreeMap::new();
        let mut found: Vec<Self> = Vec::new();
        for seen in observations {
            let place = *places.entry(&seen.point).or_insert(found.len());
            let score = (seen.value - origin, seen.noise_variance);
            match found.get_mut(place) {
                Some(scores) => scores.scores.push(score),
                None => found.push(Self { point: seen.point.clone(), scores: vec![score] }),
            }
        }
        found
    }

    pub(super) fn plain_mean(&self) -> f64 {
        self.scores.iter().map(|(score, _)| score).sum::<f64>() / self.scores.len() as f64
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (f64, Option<f64>)> {
        self.scores.iter().copied()
    }

    /// One mean for all scores, where `noise` stands in for what is unknown; no variance is taken to
    /// be below `least`.
    pub(super) fn under(&self, noise: f64, least: f64) -> Summary {
        let variance = |known: Option<f64>| known.unwrap_or(noise).max(least);
        let (mut precision, mut weighted, mut log) = (0.0, 0.0, 0.0);
        for (score, known) in self.all() {
            let variance = variance(known);
            precision += variance.recip();
            weighted += score / variance;
            log += variance.ln();
        }
        let mean = weighted / precision;
        let square: f64 =
            self.all().map(|(score, known)| (score - mean).powi(2) / variance(known)).sum();
        Summary {
            mean,
            variance: precision.recip(),
            log_spread: -0.5 * (log + precision.ln() + square),
        }
    }
}
