//! Scores by part of the data set.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::interval::mean_interval;
use super::item::Item;

/// The rows of one slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Slice {
    /// Its name.
    pub name: String,
    /// How many rows it has.
    pub rows: usize,
    /// Their mean score.
    pub score: f64,
    /// The 95 % interval of that.
    pub interval: [f64; 2],
    /// How many of them failed.
    pub failed: usize,
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, high] = self.interval;
        write!(f, "{}: {:.3} ({low:.3} to {high:.3}) on {} rows", self.name, self.score, self.rows)
    }
}

pub(super) fn slices<O>(items: &[Item<O>]) -> Vec<Slice> {
    let mut by_name: BTreeMap<&str, Vec<&Item<O>>> = BTreeMap::new();
    for item in items {
        if let Some(name) = &item.slice {
            by_name.entry(name).or_default().push(item);
        }
    }
    by_name
        .into_iter()
        .map(|(name, items)| {
            let scores: Vec<f64> = items.iter().map(|item| item.score).collect();
            let (score, interval) = mean_interval(&scores);
            Slice {
                name: name.to_owned(),
                rows: items.len(),
                score,
                interval,
                failed: items.iter().filter(|item| item.error.is_some()).count(),
            }
        })
        .collect()
}

type Name<R> = dyn Fn(&R) -> String + Send + Sync;

/// Which slice a row belongs to.
pub(super) struct Slicer<R>(Arc<Name<R>>);

impl<R> Slicer<R> {
    pub(super) fn new<T: fmt::Display>(name: impl Fn(&R) -> T + Send + Sync + 'static) -> Self {
        Self(Arc::new(move |row| name(row).to_string()))
    }

    pub(super) fn name(&self, row: &R) -> String {
        (self.0)(row)
    }
}

impl<R> Clone for Slicer<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R> fmt::Debug for Slicer<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slicer")
    }
}
