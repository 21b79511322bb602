//! The Pareto front over validation rows: who is best at something.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng;
use rand::RngExt as _;

use crate::optimize::engine::CandidateId;

/// For every row the candidates that are best on it.
#[derive(Clone, Debug)]
pub(super) struct Front {
    best: Vec<BTreeSet<CandidateId>>,
    means: BTreeMap<CandidateId, f64>,
}

impl Front {
    /// The front of these candidates by their scores on rows.
    pub(super) fn new(scores: &BTreeMap<CandidateId, Vec<(usize, f64)>>) -> Self {
        let mut tops: BTreeMap<usize, (f64, BTreeSet<CandidateId>)> = BTreeMap::new();
        for (id, rows) in scores {
            for (row, score) in rows {
                let top = tops.entry(*row).or_insert((f64::NEG_INFINITY, BTreeSet::new()));
                if *score > top.0 {
                    *top = (*score, BTreeSet::from([*id]));
                } else if *score == top.0 {
                    top.1.insert(*id);
                }
            }
        }
        let mean = |rows: &Vec<(usize, f64)>| {
            rows.iter().map(|(_, score)| score).sum::<f64>() / rows.len().max(1) as f64
        };
        let means = scores.iter().map(|(id, rows)| (*id, mean(rows))).collect();
        let mut front = Self { best: tops.into_values().map(|(_, ids)| ids).collect(), means };
        front.drop_dominated();
        front
    }

    /// Leaves out candidates that are best only where another one is as well, the weakest first.
    fn drop_dominated(&mut self) {
        let mut order: Vec<(f64, CandidateId)> =
            self.means.iter().map(|(id, mean)| (*mean, *id)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        for (_, id) in order {
            let mut own = self.best.iter().filter(|ids| ids.contains(&id)).peekable();
            let dominated = own.peek().is_none() || own.all(|ids| ids.len() > 1);
            if dominated {
                for ids in &mut self.best {
                    ids.remove(&id);
                }
            }
        }
    }

    /// The candidates that are best at something nobody else is.
    pub(super) fn members(&self) -> BTreeSet<CandidateId> {
        self.best.iter().flatten().copied().collect()
    }

    /// Draws a candidate by the number of rows it is best on.
    pub(super) fn draw(&self, rng: &mut impl Rng) -> CandidateId {
        let all: Vec<CandidateId> = self.best.iter().flatten().copied().collect();
        match all.len() {
            0 => CandidateId::BASELINE,
            count => all.get(rng.random_range(0..count)).copied().unwrap_or(CandidateId::BASELINE),
        }
    }

    pub(super) fn mean(&self, id: CandidateId) -> f64 {
        self.means.get(&id).copied().unwrap_or(f64::NEG_INFINITY)
    }
}
