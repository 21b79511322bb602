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
    /// How many items it was run on.
    pub items: usize,
}

impl Engine {
    /// The candidates that were run on validation items, in the order they were added.
    pub fn standings(&self) -> Vec<Standing> {
        self.standings_on(Part::Validation)
    }

    /// The same by the rows of any part.
    pub fn standings_on(&self, part: Part) -> Vec<Standing> {
        self.standings_by(part, |_| false)
    }

    /// The same by the items that `left_out` does not pick.
    pub(in crate::optimize) fn standings_without(
        &self,
        left_out: impl Fn(usize) -> bool,
    ) -> Vec<Standing> {
        self.standings_by(Part::Validation, left_out)
    }

    fn standings_by(&self, part: Part, left_out: impl Fn(usize) -> bool) -> Vec<Standing> {
        let items = self.len(part);
        let mut ids = Vec::new();
        let mut table: Vec<Vec<Option<f64>>> = Vec::new();
        for (id, _) in self.candidates() {
            let mut row = vec![None; items];
            for (item, score) in self.matrix.scores(id, part) {
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

    /// How likely it is that one candidate is better than another, by the validation rows that they
    /// were both run on; one half where nothing is known.
    pub fn probability_better(&self, first: CandidateId, second: CandidateId) -> f64 {
        let items = self.len(Part::Validation);
        let row = |id: CandidateId| {
            let mut row = vec![None; items];
            for (item, score) in self.matrix.scores(id, Part::Validation) {
                if let Some(cell) = row.get_mut(item) {
                    *cell = Some(score);
                }
            }
            row
        };
        let (mut first, mut second) = (row(first), row(second));
        for (a, b) in first.iter_mut().zip(&mut second) {
            if a.is_none() || b.is_none() {
                (*a, *b) = (None, None);
            }
        }
        if first.iter().all(Option::is_none) {
            return 0.5;
        }
        let posterior = Posterior::new(&[first, second]);
        posterior.map_or(0.5, |posterior| posterior.probability_above(0, 1, 0.0))
    }

    /// The candidate with the highest posterior mean; the earliest of equals, and the program as
    /// given where nothing was run.
    ///
    /// The highest observed mean would favour those that were lucky on few items.
    pub fn best(&self) -> CandidateId {
        self.best_on(Part::Validation)
    }

    /// The same by the rows of any part.
    pub fn best_on(&self, part: Part) -> CandidateId {
        let standings = self.standings_on(part);
        let mut best: Option<Standing> = None;
        for standing in standings {
            if best.is_none_or(|best| standing.mean > best.mean + 1e-12) {
                best = Some(standing);
            }
        }
        best.map_or(CandidateId::BASELINE, |best| best.id)
    }
}
