//! Splits of a data set.

use std::collections::HashMap;

use rand::seq::SliceRandom;
use serde::Serialize;
use serde_json::Value;

use super::error::DataError;
use super::{Row, Rows};
use crate::signature::{Data, SignatureRow};
use crate::{canonical, seed};

/// Splits rows into `N` parts with the given shares, so that every part has about the same mix of
/// keys. The same seed gives the same split.
///
/// ```
/// let rows: Vec<u32> = (0..100).collect();
/// let [train, test] = dspy::row::stratified_split(rows, [0.8, 0.2], |n| n % 4, 7)?;
/// assert_eq!((train.len(), test.len()), (80, 20));
/// assert_eq!(test.iter().filter(|n| *n % 4 == 0).count(), 5);
/// # Ok::<(), dspy::row::DataError>(())
/// ```
///
/// # Errors
/// [`DataError::Split`] where shares are not positive or do not add up to 1, or a part would be
/// empty.
pub fn stratified_split<R, K: Serialize, const N: usize>(
    rows: Vec<R>,
    shares: [f64; N],
    key: impl Fn(&R) -> K,
    seed: u64,
) -> Result<[Vec<R>; N], DataError> {
    let keys = rows.iter().map(&key).collect::<Vec<_>>();
    let parts = deal(&keys, &shares, seed)?;
    let mut rows: Vec<Option<R>> = rows.into_iter().map(Some).collect();
    let mut parts = parts.into_iter();
    Ok(std::array::from_fn(|_| {
        let places = parts.next().unwrap_or_default();
        places.into_iter().filter_map(|place| rows.get_mut(place)?.take()).collect()
    }))
}

/// The same for shared rows, which are not copied: train, validation and holdout, say.
///
/// ```
/// use dspy::row::{Rows, split_rows};
///
/// let rows = Rows::from((0..100).collect::<Vec<u32>>());
/// let [train, validation, holdout] = split_rows(&rows, [0.5, 0.3, 0.2], |n| n % 4, 7)?;
/// assert_eq!((train.len(), validation.len(), holdout.len()), (50, 30, 20));
/// # Ok::<(), dspy::row::DataError>(())
/// ```
///
/// # Errors
/// As [`stratified_split`].
pub fn split_rows<R, K: Serialize, const N: usize>(
    rows: &Rows<R>,
    shares: [f64; N],
    key: impl Fn(&R) -> K,
    seed: u64,
) -> Result<[Rows<R>; N], DataError> {
    let keys = rows.iter().map(key).collect::<Vec<_>>();
    let mut parts = deal(&keys, &shares, seed)?.into_iter();
    Ok(std::array::from_fn(|_| rows.pick(parts.next().unwrap_or_default())))
}

/// One way to hold out a part of the rows.
#[derive(Debug)]
#[non_exhaustive]
pub struct Fold<R> {
    /// All rows but those held out.
    pub train: Rows<R>,
    /// The rows held out.
    pub test: Rows<R>,
}

impl<R> Clone for Fold<R> {
    fn clone(&self) -> Self {
        Self { train: self.train.clone(), test: self.test.clone() }
    }
}

/// Holds out one of `count` parts of about equal size at a time, so that every row is held out once.
/// Parts have about the same mix of keys; the same seed gives the same folds.
///
/// ```
/// use dspy::row::{Rows, folds};
///
/// let rows = Rows::from((0..10).collect::<Vec<u32>>());
/// let folds = folds(&rows, 5, |n| n % 2, 7)?;
/// assert!(folds.iter().all(|fold| (fold.train.len(), fold.test.len()) == (8, 2)));
/// # Ok::<(), dspy::row::DataError>(())
/// ```
///
/// # Errors
/// [`DataError::Split`] for fewer than two folds, or fewer rows than folds.
pub fn folds<R, K: Serialize>(
    rows: &Rows<R>,
    count: usize,
    key: impl Fn(&R) -> K,
    seed: u64,
) -> Result<Vec<Fold<R>>, DataError> {
    if count < 2 || rows.len() < count {
        let message = format!(
            "{} rows cannot be held out in {count} folds; take from 2 folds to as many as rows",
            rows.len()
        );
        return Err(DataError::Split { message });
    }
    let keys = rows.iter().map(key).collect::<Vec<_>>();
    let parts = deal(&keys, &vec![1.0 / count as f64; count], seed)?;
    let fold = |held: usize| {
        let others = parts.iter().enumerate().filter(|(part, _)| *part != held);
        let mut train: Vec<usize> = others.flat_map(|(_, places)| places).copied().collect();
        train.sort_unstable();
        let test = parts.get(held).cloned().unwrap_or_default();
        Fold { train: rows.pick(train), test: rows.pick(test) }
    };
    Ok((0..count).map(fold).collect())
}

/// What a row's labels are, as a key for splits: the fields that are not inputs.
///
/// # Errors
/// As [`Row::fields`].
pub fn label_key<I: Data>(row: &impl Row<I>) -> Result<String, DataError> {
    let inputs = super::object(&row.input())?;
    let mut labels = row.fields()?;
    labels.retain(|name, _| !inputs.contains_key(name));
    Ok(canonical::hash(&Value::Object(labels)))
}

/// The places of the rows of each part, by the rows' keys.
fn deal<K: Serialize>(keys: &[K], shares: &[f64], seed: u64) -> Result<Vec<Vec<usize>>, DataError> {
    let fail = |message: String| Err(DataError::Split { message });
    let total: f64 = shares.iter().sum();
    if shares.iter().any(|share| share.is_nan() || *share <= 0.0) || (total - 1.0).abs() > 1e-6 {
        return fail(format!("the shares {shares:?} must be positive and add up to 1"));
    }
    let mut keyed: Vec<(String, usize)> = keys
        .iter()
        .enumerate()
        .map(|(place, key)| Ok((serde_json::to_string(key)?, place)))
        .collect::<Result<_, serde_json::Error>>()
        .map_err(|error| DataError::Value { message: error.to_string() })?;
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (key, _) in &keyed {
        *counts.entry(key.clone()).or_default() += 1;
    }
    // Keys that occur once are one stratum: in their own order, the seed would not move them.
    for (key, _) in &mut keyed {
        if counts.get(key) == Some(&1) {
            key.clear();
        }
    }
    keyed.shuffle(&mut seed::rng(seed, "split", 0));
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    let mut parts: Vec<Vec<usize>> = vec![Vec::new(); shares.len()];
    for (index, (_, place)) in keyed.into_iter().enumerate() {
        // Each row goes where most are missing so far; rows of one key thus spread by the shares.
        let missing = |part: &[usize], share: f64| share * (index + 1) as f64 - part.len() as f64;
        let neediest = parts
            .iter_mut()
            .zip(shares)
            .max_by(|a, b| missing(a.0, *a.1).total_cmp(&missing(b.0, *b.1)));
        if let Some((part, _)) = neediest {
            part.push(place);
        }
    }
    for (index, part) in parts.iter_mut().enumerate() {
        if part.is_empty() {
            return fail(format!(
                "{} rows are too few to split into parts of the shares {shares:?}",
                keys.len()
            ));
        }
        part.shuffle(&mut seed::rng(seed, "order", index as u64));
    }
    Ok(parts)
}

/// Deals the rows' labels out anew, at random: inputs and labels then have nothing to do with each
/// other. A program optimized on such rows must not improve, which makes this a test of the whole
/// procedure.
///
/// ```
/// use dspy::prelude::*;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// let row = |n: u32| Qa { question: n.to_string(), answer: n.to_string() };
/// let shuffled = dspy::row::shuffle_labels((0..100).map(row).collect(), 1);
/// assert!(shuffled.iter().filter(|row| row.question == row.answer).count() < 10);
/// ```
pub fn shuffle_labels<S: SignatureRow>(rows: Vec<S>, seed: u64) -> Vec<S> {
    let (inputs, mut labels): (Vec<_>, Vec<_>) =
        rows.iter().map(|row| (row.input_part(), row.output_part())).unzip();
    labels.shuffle(&mut seed::rng(seed, "labels", 0));
    inputs.into_iter().zip(labels).map(|(input, output)| S::from_parts(input, output)).collect()
}
