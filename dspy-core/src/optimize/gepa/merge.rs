//! Merging two candidates with a common ancestor.

use std::collections::BTreeSet;

use rand::Rng;
use rand::seq::SliceRandom;

use super::component::Component;
use super::front::Front;
use crate::optimize::changes::Changes;
use crate::optimize::engine::{CandidateId, Engine};
use crate::optimize::stage::Part;

/// Validation rows that a merged candidate is first tried on.
const TRIED: usize = 5;

/// A child of two candidates.
pub(super) struct Merge {
    pub(super) parents: [CandidateId; 2],
    pub(super) changes: Changes,
    /// Validation rows to try it on: some that the one is better on, some the other, some neither.
    pub(super) rows: Vec<usize>,
}

fn ancestors(engine: &Engine, id: CandidateId) -> BTreeSet<CandidateId> {
    let mut all = BTreeSet::new();
    let mut open = engine.candidate(id).parents.clone();
    while let Some(next) = open.pop() {
        if all.insert(next) {
            open.extend(engine.candidate(next).parents.iter().copied());
        }
    }
    all
}

/// Two members of the front, neither the other's ancestor, with a common ancestor that is better
/// than neither and from which each changed something that the other did not.
pub(super) fn propose(
    engine: &Engine,
    front: &Front,
    components: &[Component],
    done: &BTreeSet<(CandidateId, CandidateId)>,
    rng: &mut impl Rng,
) -> Option<Merge> {
    let members: Vec<CandidateId> = front.members().into_iter().collect();
    let mut pairs = Vec::new();
    for (place, first) in members.iter().enumerate() {
        for second in members.iter().skip(place + 1) {
            if !done.contains(&(*first, *second)) {
                pairs.push((*first, *second));
            }
        }
    }
    pairs.shuffle(rng);
    pairs.into_iter().find_map(|(first, second)| {
        let (of_first, of_second) = (ancestors(engine, first), ancestors(engine, second));
        if of_first.contains(&second) || of_second.contains(&first) {
            return None;
        }
        let worst = front.mean(first).min(front.mean(second));
        let fits = |id: &&CandidateId| {
            let mean = engine.mean(**id, Part::Validation).map_or(f64::NEG_INFINITY, |(m, _)| m);
            mean <= worst
        };
        let ancestor = *of_first.intersection(&of_second).filter(fits).last()?;
        merged(engine, front, components, ancestor, [first, second], rng)
    })
}

fn merged(
    engine: &Engine,
    front: &Front,
    components: &[Component],
    ancestor: CandidateId,
    [first, second]: [CandidateId; 2],
    rng: &mut impl Rng,
) -> Option<Merge> {
    let mut from = [false, false];
    let mut changes = (*engine.candidate(first).changes).clone();
    for component in components {
        let [old, one, two] = [ancestor, first, second].map(|id| component.text(engine, id));
        if one == two {
            continue;
        }
        // What only one of them changed is that one's; what both did is the better one's.
        let take_second = match (one == old, two == old) {
            (true, _) => true,
            (_, true) => false,
            _ => front.mean(second) > front.mean(first),
        };
        if let Some(place) = from.get_mut(usize::from(take_second)) {
            *place = true;
        }
        if take_second && let Some(value) = engine.value(second, &component.path, &component.kind) {
            changes.set(component.path.as_str(), component.kind.clone(), value.clone());
        }
    }
    if from != [true, true] {
        return None;
    }
    Some(Merge { parents: [first, second], changes, rows: rows(engine, first, second, rng) })
}

fn rows(
    engine: &Engine,
    first: CandidateId,
    second: CandidateId,
    rng: &mut impl Rng,
) -> Vec<usize> {
    let others = engine.scores(second, Part::Validation);
    let (mut won, mut lost, mut tied) = (Vec::new(), Vec::new(), Vec::new());
    for (row, score) in engine.scores(first, Part::Validation) {
        let Ok(place) = others.binary_search_by_key(&row, |(row, _)| *row) else { continue };
        let other = others.get(place).map_or(score, |(_, other)| *other);
        match score.total_cmp(&other) {
            std::cmp::Ordering::Greater => won.push(row),
            std::cmp::Ordering::Less => lost.push(row),
            std::cmp::Ordering::Equal => tied.push(row),
        }
    }
    let each = TRIED.div_ceil(3);
    let mut rows = Vec::new();
    let mut rest = Vec::new();
    for mut group in [won, lost, tied] {
        group.shuffle(rng);
        let left = group.split_off(group.len().min(each));
        rows.extend(group);
        rest.extend(left);
    }
    rest.shuffle(rng);
    rows.extend(rest);
    rows.truncate(TRIED);
    rows
}
