//! Tree-structured Parzen estimation over categorical dimensions, all of them jointly: what Optuna's
//! `TPESampler` does by default on such a space.
//!
//! The best tenth of the trials and the rest are each made into a mixture: a kernel around every
//! trial's point, and the uniform distribution as one more. Points drawn from the mixture of the
//! good ones compete by how much likelier they are there than in the other. Trials in flight count
//! among the rest, so that one is not asked for twice at once.

use rand::{Rng, RngExt};

use super::history::History;
use super::space::{Point, Space};

/// Before so many observations points are drawn at random.
const STARTUP: usize = 10;
/// How many points compete.
const CANDIDATES: usize = 24;
/// The most that count as good.
const MOST_GOOD: usize = 25;
/// So many of the newest trials of a part have full weight.
const FULL_WEIGHT: usize = 25;
/// What the uniform distribution counts in the mixture, and what it adds to each kernel.
const PRIOR: f64 = 1.0;
/// How often to draw anew if all that were drawn are closed.
const ROUNDS: usize = 20;

/// The next point, or `None` if every point drawn is closed.
pub(super) fn ask(
    space: &Space,
    history: &History,
    rng: &mut impl Rng,
    open: impl Fn(&[usize]) -> bool,
) -> Option<Point> {
    let observed = history.observations().len();
    if observed < STARTUP {
        return None;
    }
    let (good, rest) = history.split(observed.div_ceil(10).min(MOST_GOOD));
    let (good, rest) = (Mixture::of(space, good), Mixture::of(space, rest));
    for _ in 0..ROUNDS {
        let mut best: Option<(f64, Point)> = None;
        for _ in 0..CANDIDATES {
            let point = good.draw(rng);
            if !open(&point) {
                continue;
            }
            let gain = good.log_density(&point) - rest.log_density(&point);
            if best.as_ref().is_none_or(|(most, _)| gain > *most) {
                best = Some((gain, point));
            }
        }
        if let Some((_, point)) = best {
            return Some(point);
        }
    }
    None
}

/// Kernels around points, and the uniform distribution.
struct Mixture<'a> {
    space: &'a Space,
    /// Each kernel's share and centre; the one without a centre is uniform, and the last.
    kernels: Vec<(f64, Option<&'a Point>)>,
    /// What every choice has in a kernel, where the centre's own has one more.
    floor: f64,
}

impl<'a> Mixture<'a> {
    fn of(space: &'a Space, points: Vec<&'a Point>) -> Self {
        let weights = weights(points.len());
        let total = weights.iter().sum::<f64>() + PRIOR;
        let floor = PRIOR / (points.len() + 1) as f64;
        let mut kernels: Vec<_> = weights
            .into_iter()
            .zip(points)
            .map(|(weight, point)| (weight / total, Some(point)))
            .collect();
        kernels.push((PRIOR / total, None));
        Self { space, kernels, floor }
    }

    fn draw(&self, rng: &mut impl Rng) -> Point {
        let mut left: f64 = rng.random();
        let chosen = self.kernels.iter().find(|(share, _)| {
            left -= share;
            left < 0.0
        });
        let Some((_, Some(centre))) = chosen else { return self.space.draw(rng) };
        let near = |(choices, own): (usize, &usize)| {
            let total = 1.0 + choices as f64 * self.floor;
            if rng.random::<f64>() * total < 1.0 { *own } else { rng.random_range(0..choices) }
        };
        self.space.choices().zip(centre.iter()).map(near).collect()
    }

    fn log_density(&self, point: &[usize]) -> f64 {
        let of_kernel = |(share, centre): &(f64, Option<&Point>)| {
            let choices = self.space.choices().zip(point);
            let log: f64 = match centre {
                None => choices.map(|(choices, _)| -(choices as f64).ln()).sum(),
                Some(centre) => choices
                    .zip(centre.iter())
                    .map(|((choices, choice), own)| {
                        let hit = if choice == own { 1.0 } else { 0.0 };
                        ((self.floor + hit) / (1.0 + choices as f64 * self.floor)).ln()
                    })
                    .sum(),
            };
            share.ln() + log
        };
        let logs: Vec<f64> = self.kernels.iter().map(of_kernel).collect();
        let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        most + logs.iter().map(|log| (log - most).exp()).sum::<f64>().ln()
    }
}

/// What the trials of a part count, oldest first: all the same up to a number, beyond it the older
/// ones the less, from `1 / count` on in even steps up to one.
fn weights(count: usize) -> Vec<f64> {
    let old = count.saturating_sub(FULL_WEIGHT);
    let lowest = (count.max(1) as f64).recip();
    let step = (1.0 - lowest) / old.saturating_sub(1).max(1) as f64;
    (0..count).map(|place| if place < old { lowest + step * place as f64 } else { 1.0 }).collect()
}
