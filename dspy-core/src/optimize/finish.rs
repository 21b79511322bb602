//! What comes after a search: the winner is judged on rows that did not choose it.

use rand::seq::SliceRandom;

use super::engine::{CandidateId, Engine};
use super::gate::Gate;
use super::report::{Basis, Judgement};
use super::stage::Part;
use super::stop::StopReason;
use crate::error::Result;
use crate::lm::Spent;

/// Holdout rows from which on they suffice to judge by.
const ENOUGH: usize = 100;
/// Parts of a cross-fit.
const FOLDS: usize = 5;

/// Judges the candidate that a search found, and gives the one to take.
pub(super) async fn finish(
    engine: &mut Engine,
    gate: &Gate,
    found: CandidateId,
) -> Result<(CandidateId, Option<Judgement>, StopReason)> {
    let stopped = engine.reopen().unwrap_or_default();
    engine.trial.end_as("rest of the search");
    if found == CandidateId::BASELINE {
        return Ok((found, None, stopped));
    }
    let mut pairs = Vec::new();
    let mut basis = Basis::CrossFitted;
    if !engine.is_empty(Part::Holdout) {
        engine.evaluate_all(&[CandidateId::BASELINE, found], Part::Holdout).await?;
        pairs = paired(engine, CandidateId::BASELINE, found, Part::Holdout);
        basis = Basis::Holdout;
    }
    engine.trial.end_as("judgement");
    let holdout = pairs.len();
    if holdout < ENOUGH {
        let crossed = cross_fit(engine);
        if !crossed.is_empty() && holdout > 0 {
            basis = Basis::HoldoutAndCrossFitted;
        }
        pairs.extend(crossed);
    }
    if pairs.is_empty() {
        engine.warn(
            "nothing shows whether the program found is better than the one given: there were no \
             rows to judge by",
        );
        return Ok((found, None, stopped));
    }
    let cost = cost_ratio(engine.cost(CandidateId::BASELINE), engine.cost(found));
    let validation = engine.mean(found, Part::Validation).map(|(mean, _)| mean);
    let held_out = engine.mean(found, Part::Holdout).map(|(mean, _)| mean);
    let optimism = validation.zip(held_out).map(|(seen, unseen)| seen - unseen);
    let judgement = Judgement::new(basis, &pairs, gate, cost, optimism, found.index())?;
    engine.decide(
        "verdict",
        serde_json::json!({
            "found": engine.candidate(found).hash,
            "accepted": judgement.verdict.accepted,
            "rows": judgement.rows,
            "difference": judgement.difference,
        }),
    )?;
    engine.journal.settle()?;
    let taken = if judgement.verdict.accepted { found } else { CandidateId::BASELINE };
    Ok((taken, Some(judgement), stopped))
}

/// One row's score by the program as given and by the one found, and which row it is.
pub(super) struct Pair {
    pub(super) part: Part,
    pub(super) item: usize,
    pub(super) before: f64,
    pub(super) after: f64,
}

fn paired(engine: &Engine, first: CandidateId, second: CandidateId, part: Part) -> Vec<Pair> {
    let after = engine.scores(second, part);
    engine
        .scores(first, part)
        .into_iter()
        .filter_map(|(item, before)| {
            let place = after.binary_search_by_key(&item, |(item, _)| *item).ok()?;
            Some(Pair { part, item, before, after: after.get(place)?.1 })
        })
        .collect()
}

/// Pairs on validation rows, each by the candidate that the *other* rows would have chosen: what was
/// chosen by a row is not judged by it, so luck in choosing does not count as improvement.
fn cross_fit(engine: &Engine) -> Vec<Pair> {
    let mut order: Vec<usize> = (0..engine.len(Part::Validation)).collect();
    order.shuffle(&mut engine.rng("cross fit", 0));
    let mut pairs = Vec::new();
    for fold in 0..FOLDS {
        let mut inside = vec![false; order.len()];
        for item in order.iter().skip(fold).step_by(FOLDS) {
            if let Some(place) = inside.get_mut(*item) {
                *place = true;
            }
        }
        let is_inside = |item: usize| inside.get(item).copied().unwrap_or_default();
        let mut chosen: Option<(f64, CandidateId)> = None;
        for standing in engine.standings_without(is_inside) {
            if chosen.is_none_or(|(best, _)| standing.mean > best + 1e-12) {
                chosen = Some((standing.mean, standing.id));
            }
        }
        let Some((_, chosen)) = chosen else { continue };
        let all = paired(engine, CandidateId::BASELINE, chosen, Part::Validation);
        pairs.extend(all.into_iter().filter(|pair| is_inside(pair.item)));
    }
    pairs.sort_by_key(|pair| pair.item);
    pairs
}

fn cost_ratio(before: Option<Spent>, after: Option<Spent>) -> Option<f64> {
    let (before, after) = (before?, after?);
    if before.usd > 0.0 && after.usd > 0.0 {
        return Some(after.usd / before.usd);
    }
    (before.tokens > 0).then(|| after.tokens as f64 / before.tokens as f64)
}
