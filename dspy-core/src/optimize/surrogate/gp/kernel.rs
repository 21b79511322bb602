//! How much the values of two points have in common, by the number of dimensions in which they differ.

/// How much of the signal's variance each order of effects has; together one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shares {
    /// Effects of single choices.
    pub(super) single: f64,
    /// Effects of pairs of choices beyond their single ones.
    pub(super) pair: f64,
    /// What only the whole point explains.
    pub(super) whole: f64,
}

/// Covariances of true values. All dimensions that leave a choice count the same: with the few scores
/// there are, telling them apart gained nothing, even where most of them did not matter.
#[derive(Clone, Debug)]
pub(super) struct Kernel {
    /// By how many dimensions differ, from none on.
    covariances: Vec<f64>,
}

impl Kernel {
    /// For a space in which so many dimensions leave a choice.
    pub(super) fn new(signal: f64, shares: Shares, dimensions: usize) -> Self {
        let all = dimensions as f64;
        let apart = (1..=dimensions).map(|differing| {
            let same = (dimensions - differing) as f64;
            // Of all pairs of dimensions; with one dimension there is none, and none is the same.
            let pairs = same * (same - 1.0) / (all * (all - 1.0)).max(1.0);
            signal * (shares.single * same / all + shares.pair * pairs)
        });
        let whole = signal * (shares.single + shares.pair + shares.whole);
        Self { covariances: std::iter::once(whole).chain(apart).collect() }
    }

    /// The variance of a true value.
    pub(super) fn signal(&self) -> f64 {
        self.covariances.first().copied().unwrap_or(0.0)
    }

    pub(super) fn covariances(&self, differing: &[usize]) -> Vec<f64> {
        let of_one = |differing: &usize| self.covariances.get(*differing).copied().unwrap_or(0.0);
        differing.iter().map(of_one).collect()
    }
}

/// In how many dimensions two points differ.
pub(super) fn differing(a: &[usize], b: &[usize]) -> usize {
    a.iter().zip(b).filter(|(a, b)| a != b).count()
}
