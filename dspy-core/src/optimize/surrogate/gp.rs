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
use fit::Fit;
use kernel::{Kernel, Shares, differing};
use summary::Scores;

/// Work grows with the cube of the number of points; beyond this many some are left out.
const MOST_POINTS: usize = 300;

/// Of all assumptions so many at most are kept, the likeliest, and none that is less likely than the
/// best one by more than this factor.
const MOST_FITS: usize = 4;
const LEAST_WEIGHT: f64 = 0.05;

/// Less than this is none.
const LEAST_VARIANCE: f64 = 1e-200;

/// How the signal may be shared among the orders of effects.
const SHARES: [Shares; 3] = [
    Shares { single: 0.85, pair: 0.10, whole: 0.05 },
    Shares { single: 0.50, pair: 0.45, whole: 0.05 },
    Shares { single: 0.25, pair: 0.60, whole: 0.15 },
];

/// What the scores say of every point.
#[derive(Clone, Debug)]
pub(super) struct Model {
    /// The observed points, then the awaited ones.
    points: Vec<Point>,
    /// The posterior under each assumption, with its weight; these sum to one.
    fits: Vec<(f64, Fit)>,
    /// The noise of a score to come, where all were given.
    usual_noise: Option<f64>,
    /// What was taken from all scores, lest small differences between large ones get lost.
    origin: f64,
}

impl Model {
    /// `None` without observations.
    pub(super) fn of(space: &Space, observations: &[Observation]) -> Option<Self> {
        let origin = observations.iter().map(|seen| seen.value / observations.len() as f64).sum();
        let scores = most_telling(Scores::of(observations, origin));
        let scale = Scale::of(&scores, origin)?;
        let data = with_differences(scores);
        let fits = likeliest(scale.fits(&data, space.open_dimensions()));
        (!fits.is_empty()).then(|| Self {
            points: data.into_iter().map(|(scores, _)| scores.point).collect(),
            fits,
            usual_noise: scale.usual_noise,
            origin,
        })
    }

    /// The same, as if the scores of these points were known to be what is expected of them.
    pub(super) fn awaiting<'a>(mut self, pending: impl Iterator<Item = &'a Point>) -> Self {
        for point in pending {
            let differing = self.differing(point);
            let before = self.fits.clone();
            self.fits.retain_mut(|(_, fit)| fit.await_score(&differing, self.usual_noise));
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
        let differing = self.differing(point);
        let fits: Vec<(f64, Posterior)> =
            self.fits.iter().map(|(weight, fit)| (*weight, fit.posterior(&differing))).collect();
        let mean: f64 = fits.iter().map(|(weight, fit)| weight * fit.mean).sum();
        let spread = |fit: &Posterior| fit.variance + (fit.mean - mean).powi(2);
        let variance = fits.iter().map(|(weight, fit)| weight * spread(fit)).sum();
        Posterior { mean: self.origin + mean, variance }
    }

    fn differing(&self, point: &[usize]) -> Vec<usize> {
        self.points.iter().map(|seen| differing(point, seen)).collect()
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

/// Every point's scores with how it differs from each point before it.
fn with_differences(scores: Vec<Scores>) -> Vec<(Scores, Vec<usize>)> {
    let mut data: Vec<(Scores, Vec<usize>)> = Vec::with_capacity(scores.len());
    for scores in scores {
        let differing =
            data.iter().map(|(seen, _)| differing(&scores.point, &seen.point)).collect();
        data.push((scores, differing));
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
    fn of(scores: &[Scores], origin: f64) -> Option<Self> {
        let all: Vec<_> = scores.iter().flat_map(Scores::all).collect();
        let count = all.len() as f64;
        let mean = all.iter().map(|(score, _)| score / count).sum::<f64>();
        let given: Option<Vec<f64>> = all.iter().map(|(_, noise)| *noise).collect();
        let usual_noise = given.as_ref().map(|given| given.iter().map(|noise| noise / count).sum());
        let spread = all.iter().map(|(score, _)| (score - mean).powi(2) / (count - 1.0).max(1.0));
        // With nothing to go by, a tenth of what is typical.
        let guesses = [usual_noise.unwrap_or(0.0).max(spread.sum()), origin * origin / 100.0, 1.0];
        let total = guesses.into_iter().find(|guess| *guess > LEAST_VARIANCE)?;
        let sizes = if usual_noise.is_some() {
            let shares = [0.2, 0.4, 0.7, 1.1, 1.7];
            shares.map(|share: f64| (share * total, 0.0, normal((share / 0.6).ln() / 0.7))).to_vec()
        } else {
            let shares = [0.1, 0.25, 0.45, 0.7];
            let sizes = shares.map(|share: f64| {
                [1.0, 2.0].map(|factor| {
                    let (signal, noise) = (share * factor, (1.0 - share) * factor);
                    (signal * total, noise * total, normal((share - 0.4) / 0.25))
                })
            });
            sizes.concat()
        };
        (!all.is_empty()).then_some(Self { sizes, usual_noise })
    }

    /// A fit for each assumption, with the log of its weight.
    fn fits(&self, data: &[(Scores, Vec<usize>)], dimensions: usize) -> Vec<(f64, Fit)> {
        let sizes = self.sizes.iter();
        let assumptions = sizes.flat_map(|size| SHARES.map(|shares| (*size, shares)));
        assumptions
            .filter_map(|((signal, noise, log_prior), shares)| {
                let fit = Fit::of(data, Kernel::new(signal, shares, dimensions), noise)?;
                Some((fit.log_likelihood + log_prior, fit))
            })
            .collect()
    }
}

/// Log density of the standard normal distribution, up to a constant.
fn normal(deviation: f64) -> f64 {
    -0.5 * deviation * deviation
}

/// Logs of weights made into weights that sum to one, for those that count.
fn likeliest(mut fits: Vec<(f64, Fit)>) -> Vec<(f64, Fit)> {
    fits.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    fits.truncate(MOST_FITS);
    let most = fits.first().map_or(0.0, |(log, _)| *log);
    fits.retain(|(log, _)| log - most > LEAST_WEIGHT.ln());
    let total: f64 = fits.iter().map(|(log, _)| (log - most).exp()).sum();
    fits.into_iter().map(|(log, fit)| ((log - most).exp() / total, fit)).collect()
}
