//! Candidates racing over items: [`Engine::race`].

use serde_json::json;

use super::super::race::Race;
use super::super::stage::Part;
use super::Engine;
use super::candidate::CandidateId;
use crate::error::Result;

impl Engine {
    /// Races candidates over these items, in this order, and gives the winner: the highest posterior
    /// mean among those not shown to be worse. Scores that are there already count and are not paid
    /// again. `tuning` says how: see [`Race`].
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub async fn race(
        &mut self,
        candidates: &[CandidateId],
        part: Part,
        items: &[usize],
        tuning: impl FnOnce(Race) -> Race,
    ) -> Result<CandidateId> {
        let mut race = tuning(Race::new(candidates.len(), items.len()));
        let (mut low, mut high) = (0.0_f64, 1.0_f64);
        for (place, id) in candidates.iter().enumerate() {
            let known = self.scores(*id, part);
            for (at, item) in items.iter().enumerate() {
                if let Ok(found) = known.binary_search_by_key(item, |(item, _)| *item)
                    && let Some((_, score)) = known.get(found)
                {
                    (low, high) = (low.min(*score), high.max(*score));
                    race.know(place, at, *score)?;
                }
            }
        }
        race = race.range(high - low);
        loop {
            let round = race.round()?;
            if round.is_empty() {
                break;
            }
            let mut pairs = Vec::new();
            for batch in &round {
                for at in batch.items.clone() {
                    if let (Some(id), Some(item)) = (candidates.get(batch.candidate), items.get(at))
                    {
                        pairs.push((*id, *item));
                    }
                }
            }
            self.evaluate_pairs(&pairs, part).await?;
            for batch in round {
                let Some(id) = candidates.get(batch.candidate) else { continue };
                let scores = self.scores(*id, part);
                for at in batch.items {
                    let item = items.get(at).copied().unwrap_or_default();
                    if let Ok(found) = scores.binary_search_by_key(&item, |(item, _)| *item)
                        && let Some((_, score)) = scores.get(found)
                    {
                        race.record(batch.candidate, at, *score)?;
                    }
                }
            }
            if self.stopped().is_some() {
                break;
            }
        }
        let winner = race.winner().and_then(|place| candidates.get(place)).copied();
        let winner = winner.unwrap_or(CandidateId::BASELINE);
        let out: Vec<_> = race
            .eliminated()
            .iter()
            .filter_map(|gone| candidates.get(gone.candidate))
            .map(|id| &self.candidate(*id).hash)
            .collect();
        let decision = json!({
            "winner": self.candidate(winner).hash,
            "eliminated": out,
            "evaluations": race.evaluations(),
        });
        self.decide("race", decision)?;
        Ok(winner)
    }
}
