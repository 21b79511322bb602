//! [`Matrix`]: vectors of one length, one after the other.

/// Sums that are kept apart, so that the processor adds several numbers at a time.
const LANES: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Matrix {
    numbers: Vec<f32>,
    width: usize,
}

impl Matrix {
    /// Rows of so many numbers.
    pub(super) fn new(width: usize) -> Self {
        Self { numbers: Vec::new(), width }
    }

    /// The matrix of these numbers, if they make whole rows.
    pub(super) fn of_numbers(numbers: Vec<f32>, width: usize) -> Option<Self> {
        let whole =
            if width == 0 { numbers.is_empty() } else { numbers.len().is_multiple_of(width) };
        whole.then_some(Self { numbers, width })
    }

    /// Adds a row; `false` where it has another length.
    pub(super) fn push(&mut self, row: &[f32]) -> bool {
        let fits = row.len() == self.width;
        if fits {
            self.numbers.extend_from_slice(row);
        }
        fits
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn height(&self) -> usize {
        self.numbers.len().checked_div(self.width).unwrap_or_default()
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[f32]> {
        self.numbers.chunks_exact(self.width.max(1))
    }

    #[cfg(feature = "hnsw")]
    pub(super) fn row(&self, place: u32) -> &[f32] {
        let start = place as usize * self.width;
        self.numbers.get(start..start + self.width).unwrap_or_default()
    }

    pub(super) fn numbers(&self) -> &[f32] {
        &self.numbers
    }
}

/// The inner product.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a, a_rest) = a.as_chunks::<LANES>();
    let (b, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}
