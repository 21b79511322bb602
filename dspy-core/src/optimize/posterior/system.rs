//! The linear system behind the estimate.

use super::root::{Root, add, dot};
use super::variance::Variances;

/// The scatter of candidates' means that the estimate averages over, as shares of the scores'
/// standard deviation: from 1 % in steps of a half more.
const SCATTERS: i32 = 12;
const SMALLEST: f64 = 0.01;
const STEP: f64 = 1.5;
/// The scale of the half-Cauchy prior of that share.
const USUAL: f64 = 0.1;
/// Scatters that are so much less probable, as a logarithm, are left out.
const NEGLIGIBLE: f64 = 7.0;

/// What the scores say about the candidates' means, item effects integrated out: a precision and
/// a precision-weighted sum.
pub(super) struct System {
    precision: Vec<Vec<f64>>,
    sums: Vec<f64>,
    /// Of one score.
    variance: f64,
}

impl System {
    pub(super) fn new(rows: &[&[Option<f64>]], centre: f64, variances: Variances) -> Self {
        let size = rows.len();
        let noise = variances.noise.max(f64::MIN_POSITIVE);
        let mut system = Self {
            precision: vec![vec![0.0; size]; size],
            sums: vec![0.0; size],
            variance: variances.item + noise,
        };
        let items = rows.iter().map(|row| row.len()).max().unwrap_or(0);
        let mut block = Block::default();
        let mut seen: Vec<usize> = Vec::with_capacity(size);
        for item in 0..items {
            let score = |place: usize| rows.get(place).and_then(|row| *row.get(item)?);
            seen.clear();
            seen.extend((0..size).filter(|place| score(*place).is_some()));
            if seen != block.places {
                system.add(&block, variances.item, noise);
                block = Block { places: seen.clone(), items: 0.0, sums: vec![0.0; seen.len()] };
            }
            block.items += 1.0;
            for (sum, place) in block.sums.iter_mut().zip(&seen) {
                *sum += score(*place).unwrap_or(centre) - centre;
            }
        }
        system.add(&block, variances.item, noise);
        system
    }

    fn add(&mut self, block: &Block, item: f64, noise: f64) {
        // The inverse of a constant plus a diagonal (Sherman and Morrison 1950).
        let shared = item / (noise + block.places.len() as f64 * item);
        let total: f64 = block.sums.iter().sum();
        for (place, own) in block.places.iter().zip(&block.sums) {
            if let Some(sum) = self.sums.get_mut(*place) {
                *sum += (own - shared * total) / noise;
            }
            let Some(row) = self.precision.get_mut(*place) else { continue };
            for other in &block.places {
                let own = if other == place { 1.0 } else { 0.0 };
                if let Some(cell) = row.get_mut(*other) {
                    *cell += block.items * (own - shared) / noise;
                }
            }
        }
    }

    /// Means, from the centre, and covariances.
    pub(super) fn solve(&self) -> (Vec<f64>, Vec<Vec<f64>>) {
        let size = self.sums.len();
        let shares = (0..SCATTERS).map(|step| SMALLEST * STEP.powi(step));
        let mut parts: Vec<(f64, Root)> = shares
            .filter_map(|share| {
                let prior = share / (1.0 + (share / USUAL).powi(2));
                let (evidence, root) = self.at(share * share * self.variance)?;
                Some((prior.ln() + evidence, root))
            })
            .collect();
        let highest = parts.iter().map(|part| part.0).fold(f64::NEG_INFINITY, f64::max);
        parts.retain(|part| part.0 > highest - NEGLIGIBLE);
        for part in &mut parts {
            part.0 = (part.0 - highest).exp();
        }
        let total: f64 = parts.iter().map(|part| part.0).sum();
        let parts: Vec<(f64, Vec<f64>, Vec<Vec<f64>>)> = parts
            .into_iter()
            .map(|(weight, root)| {
                let covariances = root.inverse();
                let means = covariances.iter().map(|row| dot(row, &self.sums)).collect();
                (weight / total, means, covariances)
            })
            .collect();
        let mut means = vec![0.0; size];
        for (weight, part, _) in &parts {
            add(&mut means, *weight, part);
        }
        let mut covariances = vec![vec![0.0; size]; size];
        for (weight, part, inner) in &parts {
            let off: Vec<f64> = part.iter().zip(&means).map(|(a, b)| a - b).collect();
            for ((row, inner), off_row) in covariances.iter_mut().zip(inner).zip(&off) {
                add(row, *weight, inner);
                add(row, weight * off_row, &off);
            }
        }
        (means, covariances)
    }

    /// For one variance of the candidates' means: the root of the whole precision, and the evidence,
    /// the logarithm of how probable that variance makes the scores, but for a constant.
    fn at(&self, scatter: f64) -> Option<(f64, Root)> {
        let size = self.sums.len();
        // The common mean is as good as free: normal with ten standard deviations of a score.
        let free = 100.0 * self.variance;
        let shared = 1.0 / (size as f64 + scatter / free);
        let mut full = self.precision.clone();
        for (place, row) in full.iter_mut().enumerate() {
            for (other, cell) in row.iter_mut().enumerate() {
                let own = if other == place { 1.0 } else { 0.0 };
                *cell += (own - shared) / scatter;
            }
        }
        let root = Root::of(&full)?;
        let mut solved = self.sums.clone();
        root.forward(&mut solved);
        // Half the log determinants of the prior's precision and of the whole, and the fit.
        let prior = -0.5 * (size as f64) * scatter.ln() + 0.5 * (1.0 - size as f64 * shared).ln();
        Some((prior - root.log_determinant() + 0.5 * dot(&solved, &solved), root))
    }
}

/// Items in a row that the same candidates have seen.
#[derive(Default)]
struct Block {
    places: Vec<usize>,
    items: f64,
    /// Of each of these candidates' scores, from the centre.
    sums: Vec<f64>,
}
