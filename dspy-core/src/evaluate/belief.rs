//! How probable an improvement is.

use serde::{Deserialize, Serialize};

use super::distribution::{beta_cdf, t_cdf};

/// What paired scores make one believe about the mean difference on rows yet unseen.
///
/// Both priors are neutral and weak: a new program is as likely worse as better.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Belief {
    /// Where rows differ, they all differ by the same size (scores of 0 and 1): the shares of rows won,
    /// lost and tied, with a uniform (Dirichlet 1, 1, 1) prior. Who wins a row that differs then has a
    /// Beta(wins + 1, losses + 1) posterior.
    Counts {
        /// Rows on which the candidate is better.
        wins: usize,
        /// Rows on which it is worse.
        losses: usize,
        /// Rows on which both are equal.
        ties: usize,
        /// By how much rows differ that do.
        size: f64,
    },
    /// Differences of any size: Student's t around their mean, from a normal model with a conjugate
    /// prior that is worth one row on which nothing changed, but might have by as much as on any.
    StudentT {
        /// The centre.
        mean: f64,
        /// The scale.
        scale: f64,
        /// The degrees of freedom.
        freedom: f64,
    },
}

impl Belief {
    /// From at least one difference; `unit` is how large one could be, for when none is.
    pub(super) fn new(differences: &[f64], unit: f64) -> Self {
        let largest = differences.iter().map(|d| d.abs()).fold(0.0, f64::max);
        if same_size(differences, largest) {
            let wins = differences.iter().filter(|d| **d > 0.0).count();
            let losses = differences.iter().filter(|d| **d < 0.0).count();
            let size = if largest > 0.0 { largest } else { unit };
            return Self::Counts { wins, losses, ties: differences.len() - wins - losses, size };
        }
        let count = differences.len() as f64;
        let average = differences.iter().sum::<f64>() / count;
        let squares: f64 = differences.iter().map(|d| (d - average).powi(2)).sum();
        let shrunk = count / (count + 1.0);
        let freedom = count + 1.0;
        let variance = (largest * largest + squares + shrunk * average * average) / freedom;
        Self::StudentT { mean: shrunk * average, scale: (variance / (count + 1.0)).sqrt(), freedom }
    }

    /// How probable it is that the mean difference is above this, in the metric's unit.
    pub fn probability_above(&self, least: f64) -> f64 {
        match *self {
            Self::StudentT { mean, scale, freedom } => t_cdf((mean - least) / scale, freedom),
            Self::Counts { wins, losses, ties, size } => {
                let (won, lost) = (wins as f64 + 1.0, losses as f64 + 1.0);
                // The difference is `size * differing * (2 * won_share - 1)`.
                let above = |share: f64| beta_cdf(1.0 - share, lost, won);
                if least == 0.0 {
                    return above(0.5);
                }
                let (a, b) = (won + lost, ties as f64 + 1.0);
                average(a, b, |differing| above(0.5 + 0.5 * least / (size * differing)))
            }
        }
    }
}

/// Whether all differences that are not 0 are equally large.
pub(super) fn same_size(differences: &[f64], largest: f64) -> bool {
    differences.iter().all(|d| *d == 0.0 || largest - d.abs() <= 1e-9 * largest)
}

/// The mean of a function under Beta(a, b), by quadrature where the density is.
fn average(a: f64, b: f64, what: impl Fn(f64) -> f64) -> f64 {
    const POINTS: u32 = 400;
    let mean = a / (a + b);
    let sd = (mean * (1.0 - mean) / (a + b + 1.0)).sqrt();
    let (low, high) = ((mean - 9.0 * sd).max(0.0), (mean + 9.0 * sd).min(1.0));
    let edge = |place: u32| low + (high - low) * f64::from(place) / f64::from(POINTS);
    let mut sum = 0.0;
    let mut total = 0.0;
    let mut below = beta_cdf(low, a, b);
    for place in 0..POINTS {
        let up_to = beta_cdf(edge(place + 1), a, b);
        let weight = up_to - below;
        sum += weight * what(0.5 * (edge(place) + edge(place + 1)));
        total += weight;
        below = up_to;
    }
    sum / total
}
