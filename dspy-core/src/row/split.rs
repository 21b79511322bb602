//! Splits of a data set.

use rand::seq::SliceRandom;
use serde::Serialize;

use super::error::DataError;
use crate::seed;
use crate::signature::SignatureRow;

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
    let fail = |message: String| Err(DataError::Split { message });
    let total: f64 = shares.iter().sum();
    if shares.iter().any(|share| share.is_nan() || *share <= 0.0) || (total - 1.0).abs() > 1e-6 {
        return fail(format!("the shares {shares:?} must be positive and add up to 1"));
    }
    let count = rows.len();
    let mut keyed: Vec<(String, R)> = rows
        .into_iter()
        .map(|row| Ok((serde_json::to_string(&key(&row))?, row)))
        .collect::<Result<_, serde_json::Error>>()
        .map_err(|error| DataError::Value { message: error.to_string() })?;
    keyed.shuffle(&mut seed::rng(seed, "split", 0));
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    let mut parts: [Vec<R>; N] = std::array::from_fn(|_| Vec::new());
    for (index, (_, row)) in keyed.into_iter().enumerate() {
        // Each row goes where most are missing so far; rows of one key thus spread by the shares.
        let missing = |part: &Vec<R>, share: f64| share * (index + 1) as f64 - part.len() as f64;
        let neediest = parts
            .iter_mut()
            .zip(shares)
            .max_by(|a, b| missing(a.0, a.1).total_cmp(&missing(b.0, b.1)));
        if let Some((part, _)) = neediest {
            part.push(row);
        }
    }
    for (index, part) in parts.iter_mut().enumerate() {
        if part.is_empty() {
            return fail(format!(
                "{count} rows are too few to split into parts of the shares {shares:?}"
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
