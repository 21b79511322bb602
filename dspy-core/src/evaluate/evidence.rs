//! What scores on the same rows say about two programs.

use std::fmt;

use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use super::belief::{Belief, same_size};
use super::distribution::fair_coin_p;
use super::interval::{Comparison, compare_scores, require_same_rows};
use super::result::Evaluation;
use crate::error::{Error, Result};
use crate::seed;

/// Up to so many differing rows, all ways to flip their signs are counted out.
const COUNTED_OUT: usize = 16;
const FLIPS: u32 = 10_000;

/// Baseline and candidate on the same rows: how large the difference is, how sure, and where.
/// Prints in plain words.
///
/// ```
/// use dspy::evaluate::PairedEvidence;
///
/// let baseline = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
/// let candidate = [1.0, 1.0, 1.0, 1.0, 1.0, 0.0];
/// let evidence = PairedEvidence::new(&baseline, &candidate)?;
/// assert_eq!(evidence.comparison.better, [1, 2, 3]);
/// assert_eq!(evidence.ties, 3);
/// assert!((evidence.p_value - 0.25).abs() < 1e-9); // three flips of a fair coin that agree
/// assert!((evidence.probability_above(0.0) - 15.0 / 16.0).abs() < 1e-9);
/// # Ok::<(), dspy::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PairedEvidence {
    /// The baseline's mean score.
    pub baseline: f64,
    /// The candidate's mean score.
    pub candidate: f64,
    /// The mean difference (candidate minus baseline), its 95 % interval, and the rows that got better
    /// and worse. An interval cannot see beyond its rows: where none differs, and with one row, it is
    /// a point.
    pub comparison: Comparison,
    /// Rows on which both score the same.
    pub ties: usize,
    /// The two-sided p-value of "no difference".
    pub p_value: f64,
    /// The test that it is of.
    pub test: PairedTest,
    /// The posterior of the mean difference.
    pub belief: Belief,
}

/// How a p-value was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PairedTest {
    /// McNemar's test, exact: are the rows that differ won like flips of a fair coin? Where all that
    /// differ do so by the same size, as scores of 0 and 1 do.
    McNemar,
    /// Fisher's sign-flip permutation test over all ways to exchange the programs row by row.
    SignFlip,
    /// The same over 10,000 ways drawn with a fixed seed.
    SignFlipSampled,
}

impl PairedEvidence {
    /// From the scores of baseline and candidate, row by row.
    ///
    /// # Errors
    /// [`Error::Invalid`] where there are no scores, the lists differ in length, or a score is no
    /// finite number.
    pub fn new(baseline: &[f64], candidate: &[f64]) -> Result<Self> {
        if baseline.len() != candidate.len() {
            return Err(Error::Invalid(format!(
                "{} scores of the baseline cannot be paired with {} of the candidate; score both on \
                 the same rows",
                baseline.len(),
                candidate.len()
            )));
        }
        if baseline.is_empty() {
            return Err(Error::Invalid(
                "there are no scores to compare; score both programs on at least one row"
                    .to_owned(),
            ));
        }
        for (whose, scores) in [("baseline", baseline), ("candidate", candidate)] {
            if let Some((row, score)) = scores.iter().enumerate().find(|(_, s)| !s.is_finite()) {
                return Err(Error::Invalid(format!(
                    "the {whose} has the score {score} on row {row}; a metric must give finite numbers"
                )));
            }
        }
        let differences: Vec<f64> = baseline.iter().zip(candidate).map(|(a, b)| b - a).collect();
        let comparison = compare_scores(baseline, candidate);
        let (p_value, test) = p_value(&differences, &comparison);
        let mean = |scores: &[f64]| scores.iter().sum::<f64>() / scores.len() as f64;
        let both = || baseline.iter().chain(candidate).copied();
        let spread = both().fold(f64::MIN, f64::max) - both().fold(f64::MAX, f64::min);
        Ok(Self {
            baseline: mean(baseline),
            candidate: mean(candidate),
            ties: differences.len() - comparison.better.len() - comparison.worse.len(),
            comparison,
            p_value,
            test,
            belief: Belief::new(&differences, if spread > 0.0 { spread } else { 1.0 }),
        })
    }

    /// From two evaluations of the same rows.
    ///
    /// # Errors
    /// [`Error::Invalid`] where the rows are not the same, and as [`new`](Self::new).
    pub fn of<A, B>(baseline: &Evaluation<A>, candidate: &Evaluation<B>) -> Result<Self> {
        require_same_rows(baseline, candidate)?;
        Self::new(&baseline.scores(), &candidate.scores())
    }

    /// How probable it is, after these rows, that the candidate is better by more than this on rows
    /// yet unseen; in the metric's unit. [`Belief`] says under which prior.
    pub fn probability_above(&self, improvement: f64) -> f64 {
        self.belief.probability_above(improvement)
    }
}

impl fmt::Display for PairedEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, high] = self.comparison.interval;
        write!(
            f,
            "{:.3} instead of {:.3}: {:+.3} (95 % interval {low:+.3} to {high:+.3}) on {} rows, {} \
             better, {} worse, {} equal; p = {:.2e} ({}); better with a probability of {:.1} %",
            self.candidate,
            self.baseline,
            self.comparison.difference,
            self.comparison.rows,
            self.comparison.better.len(),
            self.comparison.worse.len(),
            self.ties,
            self.p_value,
            self.test,
            100.0 * self.probability_above(0.0)
        )
    }
}

impl fmt::Display for PairedTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::McNemar => "McNemar, exact",
            Self::SignFlip => "sign flips, exact",
            Self::SignFlipSampled => "sign flips, sampled",
        })
    }
}

fn p_value(differences: &[f64], comparison: &Comparison) -> (f64, PairedTest) {
    let mut sizes: Vec<f64> = differences.iter().map(|d| d.abs()).filter(|d| *d > 0.0).collect();
    let largest = sizes.iter().copied().fold(0.0, f64::max);
    if same_size(differences, largest) {
        let p = fair_coin_p(comparison.better.len(), comparison.worse.len());
        return (p, PairedTest::McNemar);
    }
    // In one order, so that the sampled value does not depend on the order of rows.
    sizes.sort_by(f64::total_cmp);
    // What equals the observed sum but for rounding counts as reaching it.
    let observed = differences.iter().sum::<f64>().abs() - 1e-9 * sizes.iter().sum::<f64>();
    if sizes.len() <= COUNTED_OUT {
        (counted_out(&sizes, observed), PairedTest::SignFlip)
    } else {
        (sampled(&sizes, observed), PairedTest::SignFlipSampled)
    }
}

/// The share of all sign flips whose sum is as far from 0 as the observed one.
fn counted_out(sizes: &[f64], observed: f64) -> f64 {
    let ways = 1_u32 << sizes.len();
    let reach = (0..ways).filter(|way| {
        let signed = sizes.iter().enumerate();
        let sum: f64 = signed.map(|(bit, d)| if way >> bit & 1 == 1 { -d } else { *d }).sum();
        sum.abs() >= observed
    });
    reach.count() as f64 / f64::from(ways)
}

/// The same estimated; the observed way counts as one of those drawn, so it is never 0.
fn sampled(sizes: &[f64], observed: f64) -> f64 {
    let mut rng = seed::rng(0, "sign flips", sizes.len() as u64);
    let mut reach = 1_u32;
    for _ in 0..FLIPS {
        let mut sum = 0.0;
        for chunk in sizes.chunks(64) {
            let mut bits: u64 = rng.random();
            for d in chunk {
                sum += if bits & 1 == 1 { -d } else { *d };
                bits >>= 1;
            }
        }
        reach += u32::from(sum.abs() >= observed);
    }
    f64::from(reach) / f64::from(FLIPS + 1)
}
