//! The triangular factor of a positive definite matrix, grown row by row.

/// A lower triangular `L` with a positive diagonal; `L Lᵀ` is the matrix it stands for.
#[derive(Clone, Debug, Default)]
pub(super) struct Factor {
    /// Row `i` has `i + 1` entries, the last of which is positive.
    rows: Vec<Vec<f64>>,
}

impl Factor {
    /// Adds a row and column to the matrix: `column` above its diagonal entry. Says whether the
    /// matrix is still positive definite; if not, it stays as it was.
    pub(super) fn push(&mut self, column: &[f64], diagonal: f64) -> bool {
        let mut row = self.forward(column);
        let square = diagonal - dot(&row, &row);
        // Also false for a NaN.
        let fits = square > f64::EPSILON * diagonal;
        if fits {
            row.push(square.sqrt());
            self.rows.push(row);
        }
        fits
    }

    /// The `x` with `L x = b`.
    pub(super) fn forward(&self, b: &[f64]) -> Vec<f64> {
        let mut x = Vec::with_capacity(b.len());
        for (row, b) in self.rows.iter().zip(b) {
            if let Some((diagonal, row)) = row.split_last() {
                x.push((b - dot(row, &x)) / diagonal);
            }
        }
        x
    }

    /// The `x` with `Lᵀ x = b`.
    pub(super) fn backward(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        let mut open = x.as_mut_slice();
        for row in self.rows.iter().rev() {
            let (Some((last, before)), Some((diagonal, row))) =
                (open.split_last_mut(), row.split_last())
            else {
                break;
            };
            *last /= diagonal;
            for (before, entry) in before.iter_mut().zip(row) {
                *before -= entry * *last;
            }
            open = before;
        }
        x
    }

    /// The logarithm of the determinant of `L`.
    pub(super) fn log_determinant(&self) -> f64 {
        self.rows.iter().filter_map(|row| row.last()).map(|diagonal| diagonal.ln()).sum()
    }
}

/// The sum of products of what both have, in four sums that do not wait for each other.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let common = a.len().min(b.len());
    let (a, rest_of_a) = a.get(..common).unwrap_or_default().as_chunks::<4>();
    let (b, rest_of_b) = b.get(..common).unwrap_or_default().as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a.iter().zip(b) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    let rest: f64 = rest_of_a.iter().zip(rest_of_b).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}
