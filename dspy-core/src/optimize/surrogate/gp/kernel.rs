//! How alike two points are: the dimensions in which they choose the same.

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

/// The overlap of two points in each order of effects, from zero to one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Overlap {
    single: f64,
    pair: f64,
    whole: f64,
}

impl Overlap {
    /// A point with itself.
    pub(super) const FULL: Self = Self { single: 1.0, pair: 1.0, whole: 1.0 };

    /// The kernel's value for a signal with variance one.
    pub(super) fn covariance(&self, shares: Shares) -> f64 {
        shares.single * self.single + shares.pair * self.pair + shares.whole * self.whole
    }
}

/// How much each dimension matters beside the others; zero for one without a choice.
#[derive(Clone, Debug)]
pub(super) struct Relevance {
    weights: Vec<f64>,
}

impl Relevance {
    /// All dimensions that leave a choice matter the same.
    pub(super) fn equal(choices: impl Iterator<Item = usize>) -> Self {
        let weights = choices.map(|choices| if choices > 1 { 1.0 } else { 0.0 }).collect();
        Self { weights }
    }

    /// This relevance with one dimension's multiplied; `None` if that dimension leaves no choice.
    pub(super) fn varied(&self, dimension: usize, factor: f64) -> Option<Self> {
        let mut varied = self.clone();
        let weight = varied.weights.get_mut(dimension).filter(|weight| **weight > 0.0)?;
        *weight *= factor;
        Some(varied)
    }

    /// Log density, up to a constant, of these weights before anything was seen: near one another.
    pub(super) fn dimensions(&self) -> usize {
        self.weights.len()
    }

    pub(super) fn log_prior(&self) -> f64 {
        const SPREAD: f64 = 0.7;
        let open = self.weights.iter().filter(|weight| **weight > 0.0);
        open.map(|weight| -0.5 * (weight.ln() / SPREAD).powi(2)).sum()
    }

    pub(super) fn overlap(&self, a: &[usize], b: &[usize]) -> Overlap {
        let (mut all, mut all_squares, mut same, mut same_squares) = (0.0, 0.0, 0.0, 0.0);
        let mut equal = true;
        for (weight, (a, b)) in self.weights.iter().zip(a.iter().zip(b)) {
            all += weight;
            all_squares += weight * weight;
            if a == b {
                same += weight;
                same_squares += weight * weight;
            } else {
                equal = false;
            }
        }
        if equal {
            return Overlap::FULL;
        }
        // Twice the sum over pairs of dimensions; none where one dimension matters alone.
        let pairs = all * all - all_squares;
        Overlap {
            single: same / all,
            pair: if pairs > 0.0 { (same * same - same_squares) / pairs } else { 0.0 },
            whole: 0.0,
        }
    }
}
