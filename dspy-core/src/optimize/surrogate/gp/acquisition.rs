//! Where to look next: where the true value may well be high.

use rand::Rng;
use rand::seq::SliceRandom;

use super::super::history::History;
use super::super::space::{Point, Space};
use super::Model;

/// So many standard deviations above its mean is what a point may be worth.
const HOPE: f64 = 2.5;
/// Up to so many points all are looked at; beyond, climbs from a few of them.
const ALL: usize = 512;
/// Climbs from the most hopeful points seen, and from random ones.
const SEEN_STARTS: usize = 3;
const RANDOM_STARTS: usize = 3;
/// The first points are the least covered of so many random ones.
const DRAWS: usize = 30;

/// The next point, or `None` if none of those looked at is open.
pub(in super::super) fn ask(
    space: &Space,
    history: &History,
    rng: &mut impl Rng,
    open: impl Fn(&[usize]) -> bool,
) -> Option<Point> {
    let Some(model) = Model::of(space, history.observations()) else {
        return least_covered(space, history, rng, open);
    };
    let model = model.awaiting(history.pending());
    let worth = |point: &[usize]| {
        let posterior = model.posterior(point);
        posterior.mean + HOPE * posterior.variance.sqrt()
    };
    let mut best = Best { open, found: None };
    if space.size().is_some_and(|size| size <= ALL) {
        let mut points: Vec<_> = space.points_from(space.draw(rng)).collect();
        // Among equals the first one wins, which must not always be the same.
        points.shuffle(rng);
        for point in points {
            let worth = worth(&point);
            best.offer(worth, &point);
        }
    } else {
        let mut seen: Vec<_> =
            model.points.iter().map(|point| (worth(point), point.clone())).collect();
        seen.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        seen.truncate(SEEN_STARTS);
        let random =
            (0..RANDOM_STARTS).map(|_| space.draw(rng)).map(|point| (worth(&point), point));
        for (start_worth, start) in seen.into_iter().chain(random.collect::<Vec<_>>()) {
            climb(space, start, start_worth, worth, &mut best);
        }
    }
    best.found.map(|(_, point)| point)
}

/// The best open point of those offered.
struct Best<O> {
    open: O,
    found: Option<(f64, Point)>,
}

impl<O: Fn(&[usize]) -> bool> Best<O> {
    fn offer(&mut self, worth: f64, point: &[usize]) {
        if self.found.as_ref().is_none_or(|(most, _)| worth > *most) && (self.open)(point) {
            self.found = Some((worth, point.to_vec()));
        }
    }
}

/// Changes one choice after another to the best one, until none gets better.
fn climb(
    space: &Space,
    mut point: Point,
    mut reached: f64,
    worth: impl Fn(&[usize]) -> f64,
    best: &mut Best<impl Fn(&[usize]) -> bool>,
) {
    best.offer(reached, &point);
    let mut higher = true;
    while higher {
        higher = false;
        for (dimension, choices) in space.choices().enumerate() {
            for choice in 0..choices {
                let mut next = point.clone();
                match next.get_mut(dimension) {
                    Some(place) if *place != choice => *place = choice,
                    _ => continue,
                }
                let value = worth(&next);
                best.offer(value, &next);
                // By more than rounding, lest it goes in circles.
                if value > reached + 1e-12 * reached.abs() {
                    (point, reached, higher) = (next, value, true);
                }
            }
        }
    }
}

/// A point whose choices were tried least, of a few random ones.
fn least_covered(
    space: &Space,
    history: &History,
    rng: &mut impl Rng,
    open: impl Fn(&[usize]) -> bool,
) -> Option<Point> {
    let shared = |point: &Point| -> usize {
        let with = |seen: &Point| seen.iter().zip(point).filter(|(a, b)| a == b).count();
        history.pending().map(with).sum()
    };
    (0..DRAWS).map(|_| space.draw(rng)).filter(|point| open(point)).min_by_key(shared)
}
