//! Uncertainty of scores: intervals of means, and paired comparisons.

use serde::{Deserialize, Serialize};

use super::distribution::{beta_cdf, ln_gamma, t_quantile};
use super::result::Evaluation;
use crate::error::{Error, Result};

/// How much of the skewness is corrected.
const CORRECTED: f64 = 0.6;
/// The share of intervals that miss the truth, half of it on either side.
const TAIL: f64 = 0.025;

/// The 95 % interval of the mean of scores. Equal scores have an equal interval: nothing is drawn.
///
/// Scores of 0 and 1 have the mid-P interval of a proportion (Lancaster 1961), which stays near 95 %
/// for a handful of rows and for programs that are nearly always right or wrong, where a bootstrap
/// or the normal interval covers the truth far less often than it says. Of ten rows that are all
/// right it makes 0.74 to 1.
///
/// Other scores have Student's t interval, corrected for skewness (Hall 1992), since most scores crowd
/// at one end: uncorrected it misses too often on the other. Few rows tell skewness badly, so six
/// tenths of it are corrected, by which simulated intervals come nearest to 95 %. It is cut off at 0 and 1 where all scores lie between. Scores that are all the same, but
/// neither 0 nor 1, have that point for an interval.
///
/// ```
/// let [low, high] = dspy::evaluate::score_interval(&[1.0; 10]);
/// assert!((low - 0.741).abs() < 1e-3 && high == 1.0);
/// ```
pub fn score_interval(scores: &[f64]) -> [f64; 2] {
    mean_interval(scores).1
}

/// The mean of scores with its interval.
pub(crate) fn mean_interval(scores: &[f64]) -> (f64, [f64; 2]) {
    let count = scores.len();
    if count == 0 {
        return (0.0, [0.0, 0.0]);
    }
    let mean = scores.iter().sum::<f64>() / count as f64;
    if scores.iter().all(|score| *score == 0.0 || *score == 1.0) {
        let ones = scores.iter().filter(|score| **score == 1.0).count();
        return (mean, proportion_interval(ones, count));
    }
    let [low, high] = skewed_interval(scores, mean);
    let is_share = scores.iter().all(|score| (0.0..=1.0).contains(score));
    (mean, if is_share { [low.max(0.0), high.min(1.0)] } else { [low, high] })
}

/// Student's t interval around the mean, with Hall's transformation against skewness.
fn skewed_interval(values: &[f64], mean: f64) -> [f64; 2] {
    let count = values.len() as f64;
    let moment = |power: i32| -> f64 { values.iter().map(|v| (v - mean).powi(power)).sum() };
    let deviation = (moment(2) / (count - 1.0)).sqrt();
    if values.len() < 2 || deviation <= 1e-12 * mean.abs() {
        return [mean, mean];
    }
    let skewness = if values.len() < 3 {
        0.0
    } else {
        count * moment(3) / ((count - 1.0) * (count - 2.0)) / deviation.powi(3)
    };
    let slant = CORRECTED * skewness / count.sqrt();
    let straightened = |t: f64| {
        if slant.abs() < 1e-6 {
            return t;
        }
        3.0 / slant * ((1.0 + slant * (t - slant / 6.0)).cbrt() - 1.0)
    };
    let t = t_quantile(1.0 - TAIL, count - 1.0);
    let error = deviation / count.sqrt();
    [mean - error * straightened(t), mean - error * straightened(-t)]
}

/// The mid-P interval: all shares under which seeing so few, or so many, is no less probable than a
/// tail, where what was seen counts half.
fn proportion_interval(ones: usize, count: usize) -> [f64; 2] {
    let low = if ones == 0 { 0.0 } else { solve(|share| mid_tail(ones, count, share)) };
    let zeros = count - ones;
    let high = if zeros == 0 { 1.0 } else { 1.0 - solve(|share| mid_tail(zeros, count, share)) };
    [low, high]
}

/// The probability of more than so many, and half that of just so many. Grows with the share.
fn mid_tail(ones: usize, count: usize, share: f64) -> f64 {
    let (x, n) = (ones as f64, count as f64);
    let more = if ones == count { 0.0 } else { beta_cdf(share, x + 1.0, n - x) };
    let ways = ln_gamma(n + 1.0) - ln_gamma(x + 1.0) - ln_gamma(n - x + 1.0);
    let others = if ones == count { 0.0 } else { (n - x) * (-share).ln_1p() };
    more + 0.5 * (ways + x * share.ln() + others).exp()
}

fn solve(tail: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if tail(middle) < TAIL { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Two programs on the same rows, row by row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The mean of the differences, second minus first.
    pub difference: f64,
    /// Its 95 % interval over rows: Student's t, corrected for skewness.
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
    let (difference, interval) = difference_interval(&differences, first, second);
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

fn difference_interval(differences: &[f64], first: &[f64], second: &[f64]) -> (f64, [f64; 2]) {
    if differences.is_empty() {
        return (0.0, [0.0, 0.0]);
    }
    let mean = differences.iter().sum::<f64>() / differences.len() as f64;
    let [low, high] = skewed_interval(differences, mean);
    let are_shares = first.iter().chain(second).all(|score| (0.0..=1.0).contains(score));
    (mean, if are_shares { [low.max(-1.0), high.min(1.0)] } else { [low, high] })
}
