//! What is known of the points: observed, in flight, settled.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::SurrogateError;
use super::space::{Point, Space};

/// One score of one point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// What was scored.
    pub point: Point,
    /// The score; higher is better.
    pub value: f64,
    /// The variance of the score around the point's true value, if known.
    pub noise_variance: Option<f64>,
    /// The place of its trial among all trials, by when they began.
    trial: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Trial {
    point: Point,
    number: u64,
}

/// All observations, sorted by when their trials began, with the trials that have not ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct History {
    observations: Vec<Observation>,
    pending: Vec<Trial>,
    settled: BTreeSet<Point>,
    trials: u64,
}

impl History {
    pub(super) fn observations(&self) -> &[Observation] {
        &self.observations
    }

    pub(super) fn pending(&self) -> impl Iterator<Item = &Point> {
        self.pending.iter().map(|trial| &trial.point)
    }

    /// The points of the best trials, so many, and those of the rest, with those in flight; each in
    /// the order in which the trials began.
    pub(super) fn split(&self, good: usize) -> (Vec<&Point>, Vec<&Point>) {
        let mut ranked: Vec<_> = self.observations.iter().collect();
        ranked.sort_by(|a, b| b.value.total_cmp(&a.value));
        let (good, rest) = ranked.split_at(good.min(ranked.len()));
        let mut good: Vec<_> = good.iter().map(|seen| (seen.trial, &seen.point)).collect();
        let pending = self.pending.iter().map(|trial| (trial.number, &trial.point));
        let mut rest: Vec<_> =
            rest.iter().map(|seen| (seen.trial, &seen.point)).chain(pending).collect();
        good.sort_by_key(|(trial, _)| *trial);
        rest.sort_by_key(|(trial, _)| *trial);
        let points = |part: Vec<(u64, _)>| part.into_iter().map(|(_, point)| point).collect();
        (points(good), points(rest))
    }

    pub(super) fn begin(&mut self, point: Point) {
        self.pending.push(Trial { point, number: self.trials });
        self.trials += 1;
    }

    /// Takes the oldest trial of the point out of those in flight.
    pub(super) fn withdraw(&mut self, point: &[usize]) -> Option<u64> {
        let place = self.pending.iter().position(|trial| trial.point == point)?;
        Some(self.pending.remove(place).number)
    }

    pub(super) fn tell(&mut self, point: Point, value: f64, noise_variance: Option<f64>) {
        let trial = self.withdraw(&point).unwrap_or_else(|| {
            self.trials += 1;
            self.trials - 1
        });
        let place = self.observations.partition_point(|seen| seen.trial < trial);
        self.observations.insert(place, Observation { point, value, noise_variance, trial });
    }

    pub(super) fn settle(&mut self, point: Point) {
        self.settled.insert(point);
    }

    /// Points that must not be asked for: settled ones, and with `repeats` off all that were
    /// observed or are in flight.
    pub(super) fn closed(&self, repeats: bool) -> BTreeSet<&[usize]> {
        let mut closed: BTreeSet<&[usize]> = self.settled.iter().map(Vec::as_slice).collect();
        if !repeats {
            closed.extend(self.observations.iter().map(|seen| seen.point.as_slice()));
            closed.extend(self.pending.iter().map(|trial| trial.point.as_slice()));
        }
        closed
    }

    /// Every observed point with the mean of its scores, in the order of their first trials. Scores
    /// with a known noise count by its inverse, where all of the point's have one above zero.
    pub(super) fn means(&self) -> Vec<(&Point, f64)> {
        let mut order = Vec::new();
        let mut scores: BTreeMap<&Point, Vec<&Observation>> = BTreeMap::new();
        for seen in &self.observations {
            let of_point = scores.entry(&seen.point).or_default();
            if of_point.is_empty() {
                order.push(&seen.point);
            }
            of_point.push(seen);
        }
        let mean = |seen: &[&Observation]| {
            let known =
                seen.iter().all(|seen| seen.noise_variance.is_some_and(|noise| noise > 0.0));
            let weight = |seen: &Observation| match seen.noise_variance {
                Some(noise) if known => noise.recip(),
                _ => 1.0,
            };
            let total: f64 = seen.iter().map(|seen| weight(seen)).sum();
            seen.iter().map(|seen| weight(seen) * seen.value).sum::<f64>() / total
        };
        order.into_iter().filter_map(|point| Some((point, mean(scores.get(point)?)))).collect()
    }

    /// Whether everything in it is of the space and within bounds.
    pub(super) fn check(&self, space: &Space) -> Result<(), SurrogateError> {
        for seen in &self.observations {
            check_observation(space, &seen.point, seen.value, seen.noise_variance)?;
        }
        self.pending().chain(&self.settled).try_for_each(|point| space.check(point))
    }
}

/// The largest score, beyond which squares would have no room.
const MOST: f64 = 1e100;

pub(super) fn check_observation(
    space: &Space,
    point: &[usize],
    value: f64,
    noise_variance: Option<f64>,
) -> Result<(), SurrogateError> {
    space.check(point)?;
    if value.is_nan() || value.abs() > MOST {
        return Err(SurrogateError::Value { value });
    }
    match noise_variance {
        Some(variance) if !(0.0..=MOST * MOST).contains(&variance) => {
            Err(SurrogateError::Noise { variance })
        }
        _ => Ok(()),
    }
}
