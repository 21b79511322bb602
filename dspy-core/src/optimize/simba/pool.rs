//! [`Pool`]: the programs that runs are drawn from.

use rand::RngExt as _;

use super::Introspection;
use crate::optimize::engine::{CandidateId, Engine};
use crate::optimize::stage::Part;

/// The programs so far, the best first.
pub(super) struct Pool(Vec<(CandidateId, f64)>);

impl Pool {
    pub(super) fn new() -> Self {
        Self(vec![(CandidateId::BASELINE, 0.0)])
    }

    pub(super) fn add(&mut self, made: &[CandidateId]) {
        for id in made {
            if !self.0.iter().any(|(known, _)| known == id) {
                self.0.push((*id, 0.0));
            }
        }
    }

    /// Ranks by posterior means on training rows.
    pub(super) fn rank(&mut self, engine: &Engine) {
        let standings = engine.standings_on(Part::Train);
        for (id, score) in &mut self.0 {
            *score = standings.iter().find(|s| s.id == *id).map_or(0.0, |s| s.mean);
        }
        self.0.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    }

    /// Draws among the best and the program as given, better ones more often.
    pub(super) fn draw(
        &self,
        engine: &Engine,
        how: &Introspection,
        purpose: &str,
        index: u64,
    ) -> CandidateId {
        let mut open: Vec<(CandidateId, f64)> =
            self.0.iter().take(how.candidates).copied().collect();
        if !open.iter().any(|(id, _)| *id == CandidateId::BASELINE) {
            open.extend(self.0.iter().find(|(id, _)| *id == CandidateId::BASELINE));
        }
        let best = open.iter().map(|(_, score)| *score).fold(f64::NEG_INFINITY, f64::max);
        // Metrics go from 0 to 1 by convention; others are brought to that.
        let scale = best.abs().max(1.0);
        let weights: Vec<f64> =
            open.iter().map(|(_, score)| ((score - best) / scale / how.warmth).exp()).collect();
        let total: f64 = weights.iter().sum();
        let mut drawn = engine.rng(purpose, index).random::<f64>() * total;
        for ((id, _), weight) in open.iter().zip(&weights) {
            drawn -= weight;
            if drawn <= 0.0 {
                return *id;
            }
        }
        open.first().map_or(CandidateId::BASELINE, |(id, _)| *id)
    }
}
