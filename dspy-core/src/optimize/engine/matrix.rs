//! [`Matrix`]: what every candidate scored on every item so far.

use std::collections::BTreeMap;

use super::super::stage::Part;
use super::candidate::CandidateId;
use crate::lm::Spent;

/// What every candidate scored on every item so far: the mean over repeats, and what it cost.
#[derive(Clone, Debug, Default)]
pub(super) struct Matrix {
    cells: BTreeMap<(Part, CandidateId), BTreeMap<usize, Cell>>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cell {
    sum: f64,
    repeats: u32,
    spent: Spent,
}

impl Matrix {
    pub(super) fn add(
        &mut self,
        candidate: CandidateId,
        part: Part,
        item: usize,
        score: f64,
        spent: Spent,
    ) {
        let cell = self.cells.entry((part, candidate)).or_default().entry(item).or_default();
        cell.sum += score;
        cell.repeats += 1;
        cell.spent = cell.spent + spent;
    }

    fn row(&self, candidate: CandidateId, part: Part) -> impl Iterator<Item = (usize, &Cell)> {
        self.cells
            .get(&(part, candidate))
            .into_iter()
            .flat_map(|row| row.iter().map(|(item, cell)| (*item, cell)))
    }

    /// Items and mean scores, in the order of items.
    pub(super) fn scores(&self, candidate: CandidateId, part: Part) -> Vec<(usize, f64)> {
        self.row(candidate, part).map(|(item, cell)| (item, cell.mean())).collect()
    }

    pub(super) fn has(&self, candidate: CandidateId, part: Part, item: usize) -> bool {
        self.cells.get(&(part, candidate)).is_some_and(|row| row.contains_key(&item))
    }

    /// What the candidate spent on one item, on average over all it was run on.
    pub(super) fn cost(&self, candidate: CandidateId) -> Option<Spent> {
        let mut total = Spent::default();
        let mut runs = 0;
        for part in Part::ALL {
            for (_, cell) in self.row(candidate, part) {
                total = total + cell.spent;
                runs += u64::from(cell.repeats);
            }
        }
        (runs > 0).then(|| Spent {
            usd: total.usd / runs as f64,
            tokens: total.tokens / runs,
            calls: total.calls / runs,
            ..Spent::default()
        })
    }
}

impl Cell {
    fn mean(&self) -> f64 {
        self.sum / f64::from(self.repeats.max(1))
    }
}
