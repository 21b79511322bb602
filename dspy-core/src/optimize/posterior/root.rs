//! Linear algebra, as far as the estimate needs it.

/// The Cholesky root of a symmetric matrix: a lower triangle, each row as long as it goes.
pub(super) struct Root(Vec<Vec<f64>>);

impl Root {
    /// `None` where the matrix is not positive definite.
    pub(super) fn of(matrix: &[Vec<f64>]) -> Option<Self> {
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
        Some(Self(root))
    }

    /// Half the logarithm of the matrix's determinant.
    pub(super) fn log_determinant(&self) -> f64 {
        self.0.iter().filter_map(|row| row.last()).map(|diagonal| diagonal.ln()).sum()
    }

    /// The inverse of the matrix.
    pub(super) fn inverse(&self) -> Vec<Vec<f64>> {
        let size = self.0.len();
        let column = |place: usize| {
            let mut column = vec![0.0; size];
            if let Some(cell) = column.get_mut(place) {
                *cell = 1.0;
            }
            self.forward(&mut column);
            self.backward(&mut column);
            column
        };
        (0..size).map(column).collect()
    }

    /// Solves `root * x = b` in place.
    pub(super) fn forward(&self, b: &mut [f64]) {
        for (place, row) in self.0.iter().enumerate() {
            let known = dot(row.get(..place).unwrap_or_default(), b);
            if let (Some(value), Some(diagonal)) = (b.get_mut(place), row.last()) {
                *value = (*value - known) / diagonal;
            }
        }
    }

    /// Solves `rootᵀ * x = b` in place.
    fn backward(&self, b: &mut [f64]) {
        for (place, row) in self.0.iter().enumerate().rev() {
            let (Some(diagonal), Some(value)) = (row.last(), b.get(place).copied()) else {
                continue;
            };
            let solved = value / diagonal;
            for (entry, factor) in b.iter_mut().zip(row) {
                *entry -= factor * solved;
            }
            if let Some(entry) = b.get_mut(place) {
                *entry = solved;
            }
        }
    }
}

/// The sum of products; a longer one's rest is left out.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Adds a multiple.
pub(super) fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    for (to, what) in to.iter_mut().zip(what) {
        *to += factor * what;
    }
}
