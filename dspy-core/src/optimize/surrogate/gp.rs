//! A Gaussian process over points that are alike where they choose the same.
//!
//! True values are modelled as a mean, an effect of every single choice, one of every pair of
//! choices, and one of the whole point. How large these are, and the noise where it is not given, is
//! not chosen but averaged over: a grid of assumptions, each weighted by how likely it makes the
//! scores. With the few scores that an optimizer can afford, one choice would often be badly wrong.

mod acquisition;
mod cholesky;
mod fit;
mod kernel;
mod summary;

pub(super) use acquisition::ask;

use super::Posterior;
use super::history::Observation;
use super::space::{Point, Space};
use fit::{Assumption, Fit};
use kernel::{Overlap, Relevance, Shares};
use summary::Scores;

/// Work grows with the cube of the number of points; beyond this many some are left out.
const MOST_POINTS: usize = 300;

/// Assumptions with less than this share of the best one's weight are dropped.
const LEAST_WEIGHT: f64 = 0.05;

/// How the signal may be shared among the orders of effects.
const SHARES: [Shares; 3] = [
    Shares { single: 0.85, pair: 0.10, whole: 0.05 },
    Shares { single: 0.50, pair: 0.45, whole: 0.05 },
    Shares { single: 0.25, pair: 0.60, whole: 0.15 },
];

/// What the scores say of every point.
#[derive(Clone, Debug)]
pub(super) struct Model {
    relevance: Relevance,
    /// The observed points, then the awaited ones.
    points: Vec<Point>,
    /// The posterior under each assumption, with its weight; these sum to one.
    fits: Vec<(f64, Fit)>,
    /// The noise of a score to come, where all were given.
    usual_noise: Option<f64>,
}

impl Model {
    /// `None` without observations.
    pub(super) fn of(space: &Space, observations: &[Observation]) -> Option<Self> {
        let scores = most_telling(Scores::of(observations));
        let scale = Scale::of(&scores)?;
        let mut relevance = Relevance::equal(space.choices());
        let mut data = with_overlaps(scores, &relevance);
        let mut fits = scale.fits(&data);
        if let Some(better) = relevance.fitted(&data, &fits) {
            relevance = better;
            data = with_overlaps(data.into_iter().map(|(scores, _)| scores).collect(), &relevance);
            fits = scale.fits(&data);
        }
        let fits = weighted(fits);
        (!fits.is_empty()).then(|| Self {
            relevance,
            points: data.into_iter().map(|(scores, _)| scores.point).collect(),
            fits,
            usual_noise: scale.usual_noise,
        })
    }

    /// The same, as if the scores of these points were known to be what is expected of them.
    pub(super) fn awaiting<'a>(mut self, pending: impl Iterator<Item = &'a Point>) -> Self {
        for point in pending {
            let overlaps = self.overlaps(point);
            let before = self.fits.clone();
            self.fits.retain_mut(|(_, fit)| fit.await_score(&overlaps, self.usual_noise));
            if self.fits.is_empty() {
                self.fits = before;
                break;
            }
            self.points.push(point.clone());
        }
        let total: f64 = self.fits.iter().map(|(weight, _)| weight).sum();
        for (weight, _) in &mut self.fits {
            *weight /= total;
        }
        self
    }

    pub(super) fn posterior(&self, point: &[usize]) -> Posterior {
        let overlaps = self.overlaps(point);
        let (mut mean, mut square, mut variance) = (0.0, 0.0, 0.0);
        // Around one of the means, lest squares of large means swallow the variance.
        let mut origin = None;
        for (weight, fit) in &self.fits {
            let posterior = fit.posterior(&overlaps);
            let origin = *origin.get_or_insert(posterior.mean);
            mean += weight * (posterior.mean - origin);
            square += weight * (posterior.mean - origin).powi(2);
            variance += weight * posterior.variance;
        }
        let spread = (square - mean * mean).max(0.0);
        Posterior { mean: origin.unwrap_or(0.0) + mean, variance: variance + spread }
    }

    fn overlaps(&self, point: &[usize]) -> Vec<Overlap> {
        self.points.iter().map(|seen| self.relevance.overlap(point, seen)).collect()
    }
}

/// Half of those that are left the best ones, the other half the newest, if there are too many.
fn most_telling(mut scores: Vec<Scores>) -> Vec<Scores> {
    if scores.len() > MOST_POINTS {
        let newest = scores.split_off(scores.len() - MOST_POINTS / 2);
        scores.sort_by(|a, b| b.plain_mean().total_cmp(&a.plain_mean()));
        scores.truncate(MOST_POINTS / 2);
        scores.extend(newest);
    }
    scores
}

fn with_overlaps(scores: Vec<Scores>, relevance: &Relevance) -> Vec<(Scores, Vec<Overlap>)> {
    let mut data: Vec<(Scores, Vec<Overlap>)> = Vec::with_capacity(scores.len());
    for scores in scores {
        let with = |(seen, _): &(Scores, _)| relevance.overlap(&scores.point, &seen.point);
        let overlaps = data.iter().map(with).collect();
        data.push((scores, overlaps));
    }
    data
}

/// The sizes that are possible for signal and noise.
struct Scale {
    /// Signal, noise where it was not given, and the log of how likely that is beforehand.
    sizes: Vec<(f64, f64, f64)>,
    usual_noise: Option<f64>,
}

impl Scale {
    /// `None` without scores.
    fn of(scores: &[Scores]) -> Option<Self> {
        let all: Vec<_> = scores.iter().flat_map(Scores::all).collect();
        let count = all.len() as f64;
        let mean = all.iter().map(|(score, _)| score / count).sum::<f64>();
        let given: Option<Vec<f64>> = all.iter().map(|(_, noise)| *noise).collect();
        let usual_noise = given.as_ref().map(|given| given.iter().map(|noise| noise / count).sum());
        let spread = all.iter().map(|(score, _)| (score - mean).powi(2) / (count - 1.0).max(1.0));
        // With nothing to go by, a tenth of what is typical.
        let guesses = [spread.sum(), usual_noise.unwrap_or(0.0), mean * mean / 100.0, 1.0];
        let total = guesses.into_iter().find(|guess| *guess > f64::MIN_POSITIVE)?;
        let sizes = if usual_noise.is_some() {
            [0.05, 0.15, 0.3, 0.5, 0.8, 1.2].map(|share| (share * total, 0.0, 0.0)).to_vec()
        } else {
            let shares = [0.1, 0.25, 0.4, 0.6, 0.8];
            let sizes = shares.map(|share: f64| {
                let log_prior = -0.5 * ((share - 0.4) / 0.25).powi(2);
                [0.7, 1.0, 1.5].map(|factor| {
                    (share * factor * total, (1.0 - share) * factor * total, log_prior)
                })
            });
            sizes.concat()
        };
        (!all.is_empty()).then_some(Self { sizes, usual_noise })
    }

    /// A fit for each assumption, with the log of its weight.
    fn fits(&self, data: &[(Scores, Vec<Overlap>)]) -> Vec<(f64, Fit)> {
        let assumptions = self.sizes.iter().flat_map(|size| SHARES.map(|shares| (*size, shares)));
        assumptions
            .filter_map(|((signal, noise, log_prior), shares)| {
                let fit = Fit::of(data, Assumption { signal, noise, shares })?;
                Some((fit.log_likelihood + log_prior, fit))
            })
            .collect()
    }
}

/// Logs of weights made into weights that sum to one; without those that do not count.
fn weighted(fits: Vec<(f64, Fit)>) -> Vec<(f64, Fit)> {
    let most = fits.iter().map(|(log, _)| *log).fold(f64::NEG_INFINITY, f64::max);
    let mut fits: Vec<_> = fits.into_iter().map(|(log, fit)| ((log - most).exp(), fit)).collect();
    fits.retain(|(weight, _)| *weight >= LEAST_WEIGHT);
    let total: f64 = fits.iter().map(|(weight, _)| weight).sum();
    for (weight, _) in &mut fits {
        *weight /= total;
    }
    fits
}

impl Relevance {
    /// Moves each dimension's relevance in steps as long as the likeliest of the fits becomes likelier
    /// by it; `None` if nothing moves.
    fn fitted(&self, data: &[(Scores, Vec<Overlap>)], fits: &[(f64, Fit)]) -> Option<Self> {
        const SWEEPS: usize = 2;
        let (_, best) = fits.iter().max_by(|(a, _), (b, _)| a.total_cmp(b))?;
        let assumption = best.assumption();
        let scores: Vec<Scores> = data.iter().map(|(scores, _)| scores.clone()).collect();
        let likelihood = |relevance: &Self| {
            let fit = Fit::of(&with_overlaps(scores.clone(), relevance), assumption)?;
            Some(fit.log_likelihood + relevance.log_prior())
        };
        let mut best = (likelihood(self)?, self.clone());
        let mut moved = false;
        for _ in 0..SWEEPS {
            for dimension in 0..self.dimensions() {
                for factor in [0.5, 2.0] {
                    let Some(varied) = best.1.varied(dimension, factor) else { continue };
                    match likelihood(&varied) {
                        Some(log) if log > best.0 => {
                            best = (log, varied);
                            moved = true;
                        }
                        _ => {}
                    }
                }
            }
        }
        moved.then_some(best.1)
    }
}
