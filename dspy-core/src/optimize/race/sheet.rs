//! The scores of a race.

use crate::error::{Error, Result};

/// A row of scores for each candidate, as long as the items it has come to.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    rows: Vec<Vec<Option<f64>>>,
    /// How many items from the first on are filled, for each candidate.
    depths: Vec<usize>,
    items: usize,
    paid: usize,
    low: f64,
    high: f64,
}

impl Sheet {
    pub(super) fn new(candidates: usize, items: usize) -> Self {
        Self {
            rows: vec![Vec::new(); candidates],
            depths: vec![0; candidates],
            items,
            paid: 0,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
        }
    }

    pub(super) fn set(
        &mut self,
        candidate: usize,
        item: usize,
        score: f64,
        paid: bool,
    ) -> Result<()> {
        let invalid = |why: &str| {
            Error::Invalid(format!(
                "the score {score} of candidate {candidate} on item {item} {why}"
            ))
        };
        if !score.is_finite() {
            return Err(invalid("is not finite; a metric must give numbers"));
        }
        if item >= self.items {
            return Err(invalid("is for an item that is not in the race"));
        }
        let (Some(row), Some(depth)) =
            (self.rows.get_mut(candidate), self.depths.get_mut(candidate))
        else {
            return Err(invalid("is for a candidate that is not in the race"));
        };
        if row.len() <= item {
            row.resize(item + 1, None);
        }
        if let Some(cell) = row.get_mut(item) {
            match cell {
                Some(known) if *known == score => return Ok(()),
                Some(known) => {
                    return Err(invalid(&format!(
                        "was told before as {known}; score an item once"
                    )));
                }
                None => *cell = Some(score),
            }
        }
        while row.get(*depth).is_some_and(Option::is_some) {
            *depth += 1;
        }
        self.paid += usize::from(paid);
        self.low = self.low.min(score);
        self.high = self.high.max(score);
        Ok(())
    }

    pub(super) fn rows(&self) -> &[Vec<Option<f64>>] {
        &self.rows
    }

    pub(super) fn candidates(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn items(&self) -> usize {
        self.items
    }

    pub(super) fn depth(&self, candidate: usize) -> usize {
        self.depths.get(candidate).copied().unwrap_or_default()
    }

    pub(super) fn paid(&self) -> usize {
        self.paid
    }

    /// The highest score minus the lowest.
    pub(super) fn spread(&self) -> f64 {
        (self.high - self.low).max(0.0)
    }

    /// The first candidate's scores minus the second's, on the items from the first on that both
    /// have seen, but for so many.
    pub(super) fn differences(
        &self,
        first: usize,
        second: usize,
        skip: usize,
    ) -> impl Iterator<Item = f64> {
        let row = |place: usize| self.rows.get(place).map(Vec::as_slice).unwrap_or_default();
        let both = row(first).iter().zip(row(second));
        both.map_while(|(a, b)| Some((*a)? - (*b)?)).skip(skip)
    }
}
