//! The rule that gives most rows their right value.

use super::Case;
use crate::form::{Rule, mean};

/// Rounds over all weights or cuts; the first ones do nearly all.
const ROUNDS: usize = 3;

/// Most places tried for one number.
const MOST_PLACES: usize = 400;

/// The best rule of the kind of `now`; that itself where no other is better.
pub(super) fn best(now: &Rule, cases: &[&Case]) -> Rule {
    match now {
        Rule::Threshold(threshold) => {
            let seen = cases.iter().filter_map(|case| case.probabilities.first().copied());
            let places = between(seen.collect());
            Rule::Threshold(best_place(*threshold, places, cases, &Rule::Threshold))
        }
        Rule::Weights(weights) => by_turns(weights, cases, &Rule::Weights, |weights, turn| {
            weight_places(weights, turn, cases)
        }),
        Rule::Cuts(cuts) => by_turns(cuts, cases, &Rule::Cuts, |cuts, turn| {
            let means = cases.iter().map(|case| mean(case.probabilities.iter().copied()));
            let below = turn.checked_sub(1).and_then(|at| cuts.get(at)).copied();
            let above = cuts.get(turn + 1).copied();
            let fits = |place: &f64| {
                below.is_none_or(|below| below <= *place) && above.is_none_or(|it| *place <= it)
            };
            between(means.collect()).into_iter().filter(fits).collect()
        }),
    }
}

/// One number after the other, each to its best place, while that helps.
fn by_turns(
    start: &[f64],
    cases: &[&Case],
    rule: &dyn Fn(Vec<f64>) -> Rule,
    places: impl Fn(&[f64], usize) -> Vec<f64>,
) -> Rule {
    let mut numbers = start.to_vec();
    for _ in 0..ROUNDS {
        let before = numbers.clone();
        for turn in 0..numbers.len() {
            let with = |place: f64| {
                let mut changed = numbers.clone();
                changed.iter_mut().skip(turn).take(1).for_each(|number| *number = place);
                rule(changed)
            };
            let Some(now) = numbers.get(turn).copied() else { continue };
            let found = best_place(now, places(&numbers, turn), cases, &with);
            numbers.iter_mut().skip(turn).take(1).for_each(|number| *number = found);
        }
        if numbers == before {
            break;
        }
    }
    rule(numbers)
}

/// The place that gives most rows their right value: the middle of the widest run of equally good
/// places, and the present one where none is better.
fn best_place(now: f64, places: Vec<f64>, cases: &[&Case], rule: &dyn Fn(f64) -> Rule) -> f64 {
    let right = |place: f64| {
        let rule = rule(place);
        cases.iter().filter(|case| rule.decide(&case.probabilities) == Some(case.label)).count()
    };
    let scored: Vec<(f64, usize)> = places.into_iter().map(|place| (place, right(place))).collect();
    let Some(most) = scored.iter().map(|(_, right)| *right).max() else { return now };
    if most <= right(now) {
        return now;
    }
    let runs = scored.chunk_by(|a, b| (a.1 == most) == (b.1 == most));
    let good = runs.filter(|run| run.first().is_some_and(|(_, right)| *right == most));
    let widest = good.max_by_key(|run| run.len());
    widest.and_then(|run| run.get(run.len() / 2)).map_or(now, |(place, _)| *place)
}

/// The middles between neighbouring values.
fn between(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values.dedup();
    let pairs = values.iter().zip(values.iter().skip(1));
    let places: Vec<f64> = pairs.map(|(a, b)| f64::midpoint(*a, *b)).collect();
    let step = places.len().div_ceil(MOST_PLACES).max(1);
    places.into_iter().step_by(step).collect()
}

/// The weights between those at which a member begins to win a row.
fn weight_places(weights: &[f64], turn: usize, cases: &[&Case]) -> Vec<f64> {
    let at_which = |case: &&Case| {
        let own = case.probabilities.get(turn).copied().filter(|own| *own > 0.0)?;
        let others = case.probabilities.iter().zip(weights).enumerate();
        let others = others.filter(|(at, _)| *at != turn).map(|(_, (p, weight))| p * weight);
        Some((others.fold(0.0, f64::max) / own).clamp(1e-3, 1e3).ln())
    };
    between(cases.iter().filter_map(at_which).collect()).into_iter().map(f64::exp).collect()
}
