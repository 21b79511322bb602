//! The linear system behind the estimate.

use super::variance::Variances;

/// The scatter of candidates' means that the estimate averages over, as shares of the scores'
/// standard deviation: from 1 % in steps of a half more.
const SCATTERS: usize = 12;
const SMALLEST: f64 = 0.01;
const STEP: f64 = 1.5;
/// The scale of the half-Cauchy prior of that share.
const USUAL: f64 = 0.1;

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
        let mut precision = vec![vec![0.0; size]; size];
        let mut sums = vec![0.0; size];
        let items = rows.iter().map(|row| row.len()).max().unwrap_or(0);
        let noise = variances.noise.max(f64::MIN_POSITIVE);
        for item in 0..items {
            let seen: Vec<(usize, f64)> = rows
                .iter()
                .enumerate()
                .filter_map(|(place, row)| Some((place, (*row.get(item)?)? - centre)))
                .collect();
            // The inverse of a constant plus a diagonal (Sherman and Morrison 1950).
            let shared = variances.item / (noise + seen.len() as f64 * variances.item);
            let total: f64 = seen.iter().map(|(_, score)| score).sum();
            for (place, score) in &seen {
                if let Some(sum) = sums.get_mut(*place) {
                    *sum += (score - shared * total) / noise;
                }
                if let Some(row) = precision.get_mut(*place) {
                    for (other, _) in &seen {
                        let own = if other == place { 1.0 } else { 0.0 };
                        if let Some(cell) = row.get_mut(*other) {
                            *cell += (own - shared) / noise;
                        }
                    }
                }
            }
        }
        Self { precision, sums, variance: variances.item + noise }
    }

    /// Means, from the centre, and covariances.
    pub(super) fn solve(&self) -> (Vec<f64>, Vec<Vec<f64>>) {
        let size = self.sums.len();
        let mut parts: Vec<(f64, Vec<f64>, Vec<Vec<f64>>)> = Vec::with_capacity(SCATTERS);
        let mut share = SMALLEST;
        for _ in 0..SCATTERS {
            let prior = share / (1.0 + (share / USUAL).powi(2));
            if let Some((evidence, means, covariances)) = self.at(share * share * self.variance) {
                parts.push((prior.ln() + evidence, means, covariances));
            }
            share *= STEP;
        }
        let highest = parts.iter().map(|part| part.0).fold(f64::NEG_INFINITY, f64::max);
        for part in &mut parts {
            part.0 = (part.0 - highest).exp();
        }
        let total: f64 = parts.iter().map(|part| part.0).sum();
        let mut means = vec![0.0; size];
        for (weight, part, _) in &parts {
            add(&mut means, weight / total, part);
        }
        let mut covariances = vec![vec![0.0; size]; size];
        for (weight, part, inner) in &parts {
            let weight = weight / total;
            let off: Vec<f64> = part.iter().zip(&means).map(|(a, b)| a - b).collect();
            for ((row, inner), off_row) in covariances.iter_mut().zip(inner).zip(&off) {
                add(row, weight, inner);
                add(row, weight * off_row, &off);
            }
        }
        (means, covariances)
    }

    /// The same for one variance of the candidates' means, and its evidence: the logarithm of how
    /// probable it makes the scores, but for a constant.
    fn at(&self, scatter: f64) -> Option<(f64, Vec<f64>, Vec<Vec<f64>>)> {
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
        let root = cholesky(&full)?;
        let log_root: f64 =
            root.iter().enumerate().filter_map(|(place, row)| row.get(place)).map(|d| d.ln()).sum();
        let mut covariances = vec![vec![0.0; size]; size];
        for (place, column) in covariances.iter_mut().enumerate() {
            if let Some(cell) = column.get_mut(place) {
                *cell = 1.0;
            }
            forward(&root, column);
            backward(&root, column);
        }
        let means: Vec<f64> = covariances.iter().map(|row| dot(row, &self.sums)).collect();
        // Half the log determinants of the prior's precision and of the whole.
        let prior = -0.5 * (size as f64) * scatter.ln() + 0.5 * (1.0 - size as f64 * shared).ln();
        Some((prior - log_root + 0.5 * dot(&means, &self.sums), means, covariances))
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
    }
}

/// The lower triangular root, row by row, each row as long as it goes. `None` where the matrix is
/// not positive definite.
fn cholesky(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let mut root: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
    for row in matrix {
        let mut line: Vec<f64> = Vec::with_capacity(root.len() + 1);
        for (above, value) in root.iter().zip(row) {
            let known = dot(above, &line);
            line.push((value - known) / above.last()?);
        }
        let rest = row.get(root.len())? - dot(&line, &line);
        if !rest.is_finite() || rest <= 0.0 {
            return None;
        }
        line.push(rest.sqrt());
        root.push(line);
    }
    Some(root)
}

/// Solves `root * x = b` in place.
fn forward(root: &[Vec<f64>], b: &mut [f64]) {
    for (place, row) in root.iter().enumerate() {
        let known = dot(row.get(..place).unwrap_or_default(), b);
        if let (Some(value), Some(diagonal)) = (b.get_mut(place), row.last()) {
            *value = (*value - known) / diagonal;
        }
    }
}

/// Solves `rootᵀ * x = b` in place.
fn backward(root: &[Vec<f64>], b: &mut [f64]) {
    for (place, row) in root.iter().enumerate().rev() {
        let (Some(diagonal), Some(value)) = (row.last(), b.get(place).copied()) else { continue };
        let solved = value / diagonal;
        for (entry, factor) in b.iter_mut().zip(row) {
            *entry -= factor * solved;
        }
        if let Some(entry) = b.get_mut(place) {
            *entry = solved;
        }
    }
}
