//! Uncertainty of scores: bootstrap intervals, and paired comparisons.

use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use super::result::Evaluation;
use crate::error::{Error, Result};
use crate::seed;

const RESAMPLES: usize = 2_000;

/// From this many values on, the normal interval stands in: the two agree, and resampling would
/// take longer than the evaluation.
const MANY: u32 = 5_000;

/// The mean of the values with its 95 % percentile-bootstrap interval (Efron 1979). The resamples
/// come from a fixed seed, so equal values have an equal interval.
pub(crate) fn mean_interval(values: &[f64]) -> (f64, [f64; 2]) {
    let Some(count) = u32::try_from(values.len()).ok().filter(|count| *count > 0) else {
        return (0.0, [0.0, 0.0]);
    };
    let mean = values.iter().sum::<f64>() / f64::from(count);
    if count >= MANY {
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let error = 1.96 * (squares / f64::from(count - 1) / f64::from(count)).sqrt();
        return (mean, [mean - error, mean + error]);
    }
    let mut rng = seed::rng(0, "interval", u64::from(count));
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let drawn = (0..count).filter_map(|_| values.get(rng.random_range(0..values.len())));
            drawn.sum::<f64>() / f64::from(count)
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let at = |quantile: f64| {
        let index = (quantile * (RESAMPLES - 1) as f64).round() as usize;
        means.get(index).copied().unwrap_or(mean)
    };
    (mean, [at(0.025), at(0.975)])
}

/// Two programs on the same rows, row by row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The mean of the differences, second minus first.
    pub difference: f64,
    /// Its 95 % interval over rows: a percentile bootstrap, the normal interval from 5,000 rows on.
    pub interval: [f64; 2],
    /// The rows compared.
    pub rows: usize,
    /// The rows, by index, on which the second is better.
    pub better: Vec<usize>,
    /// The rows, by index, on which the second is worse.
    pub worse: Vec<usize>,
}

/// Compares two evaluations of the same rows.
///
/// # Errors
/// [`Error::Invalid`] where the rows are not the same.
pub fn compare<A, B>(first: &Evaluation<A>, second: &Evaluation<B>) -> Result<Comparison> {
    require_same_rows(first, second)?;
    Ok(compare_scores(&first.scores(), &second.scores()))
}

pub(super) fn require_same_rows<A, B>(first: &Evaluation<A>, second: &Evaluation<B>) -> Result<()> {
    let same = first.items().len() == second.items().len()
        && first.items().iter().zip(second.items()).all(|(a, b)| a.id == b.id);
    if !same {
        return Err(Error::Invalid(
            "the two evaluations are not of the same rows; evaluate both programs on one data set"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Compares two lists of scores, pair by pair; the shorter one decides how many.
///
/// ```
/// let comparison = dspy::evaluate::compare_scores(&[0.0, 0.0, 1.0], &[1.0, 1.0, 1.0]);
/// assert_eq!(comparison.better, [0, 1]);
/// assert!((comparison.difference - 2.0 / 3.0).abs() < 1e-9);
/// ```
pub fn compare_scores(first: &[f64], second: &[f64]) -> Comparison {
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| b - a).collect();
    let (difference, interval) = mean_interval(&differences);
    let where_ = |test: fn(f64) -> bool| {
        let all = differences.iter().enumerate();
        all.filter(|(_, d)| test(**d)).map(|(index, _)| index).collect()
    };
    Comparison {
        difference,
        interval,
        rows: differences.len(),
        better: where_(|d| d > 0.0),
        worse: where_(|d| d < 0.0),
    }
}
