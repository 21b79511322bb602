//! Who stands where: [`Engine::standings`] and [`Engine::best`].

use super::super::posterior::Posterior;
use super::super::stage::Part;
use super::Engine;
use super::candidate::CandidateId;

/// How good a candidate is, as far as the scores so far tell.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Standing {
    /// The candidate.
    pub id: CandidateId,
    /// The posterior mean of its score.
    pub mean: f64,
    /// The standard deviation of that.
    pub deviation: f64,
    /// The probability that it is better than the program as given.
    pub better: f64,
    /// How many validation items it was run on.
    pub items: usize,
}

impl Engine {
    /// The candidates that were run on validation items, in the order they were added.
    pub fn standings(&self) -> Vec<Standing> {
        self.standings_without(|_| false)
    }

    /// The same by the items that `left_out` does not pick.
    pub(in crate::optimize) fn standings_without(
        &self,
        left_out: impl Fn(usize) -> bool,
    ) -> Vec<Standing> {
        let items = self.len(Part::Validation);
        let mut ids = Vec::new();
        let mut table: Vec<Vec<Option<f64>>> = Vec::new();
        for (id, _) in self.candidates() {
            let mut row = vec![None; items];
            for (item, score) in self.matrix.scores(id, Part::Validation) {
                if let Some(cell) = row.get_mut(item).filter(|_| !left_out(item)) {
                    *cell = Some(score);
                }
            }
            if row.iter().any(Option::is_some) {
                ids.push(id);
                table.push(row);
            }
        }
        // Scores are finite by the very type of metrics' handle.
        let Ok(posterior) = Posterior::new(&table) else { return Vec::new() };
        let baseline = ids.iter().position(|id| *id == CandidateId::BASELINE);
        ids.iter()
            .zip(&table)
            .enumerate()
            .map(|(place, (id, row))| Standing {
                id: *id,
                mean: posterior.mean(place).unwrap_or_default(),
                deviation: posterior.sd(place).unwrap_or_default(),
                better: baseline
                    .map_or(0.5, |baseline| posterior.probability_above(place, baseline, 0.0)),
                items: row.iter().flatten().count(),
            })
            .collect()
    }

    /// The candidate with the highest posterior mean; the earliest of equals, and the program as
    /// given where nothing was run.
    ///
    /// The highest observed mean would favour those that were lucky on few items.
    pub fn best(&self) -> CandidateId {
        let standings = self.standings();
        let mut best: Option<Standing> = None;
        for standing in standings {
            if best.is_none_or(|best| standing.mean > best.mean + 1e-12) {
                best = Some(standing);
            }
        }
        best.map_or(CandidateId::BASELINE, |best| best.id)
    }
}
