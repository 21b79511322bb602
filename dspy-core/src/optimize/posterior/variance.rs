//! How much scores vary by item, and by chance.

/// Variances of the effects that a score is made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variances {
    /// What an item gives to all candidates alike.
    pub(super) item: f64,
    /// What is left.
    pub(super) noise: f64,
}

impl Variances {
    /// From all pairs of candidates on the items that both have seen: half the variance of their
    /// differences is noise, their covariance is the items'. One made-up difference of the size of
    /// the scores' spread is counted in, so that few or constant scores never look certain.
    pub(super) fn estimate(rows: &[&[Option<f64>]], centre: f64) -> Self {
        let mut pairs = Pairs::default();
        for (place, first) in rows.iter().enumerate() {
            for second in rows.iter().skip(place + 1) {
                pairs.add(first, second, centre);
            }
        }
        let half = 0.5 * spread(rows).powi(2) * 0.25;
        let noise = (0.5 * pairs.differences + half) / (pairs.freedom + 1.0);
        let item = if pairs.freedom > 0.0 {
            (pairs.products / pairs.freedom).max(0.0)
        } else {
            // No two candidates share items: what is whose cannot be told, so half each.
            half.max(0.5 * variance_within(rows))
        };
        Self { item, noise: if pairs.freedom > 0.0 { noise } else { item } }
    }
}

#[derive(Default)]
struct Pairs {
    differences: f64,
    products: f64,
    freedom: f64,
}

impl Pairs {
    /// Scores are taken from about their mean, so that the sums lose no digits.
    fn add(&mut self, first: &[Option<f64>], second: &[Option<f64>], centre: f64) {
        let (mut count, mut a_sum, mut b_sum, mut squares, mut products) =
            (0.0, 0.0, 0.0, 0.0, 0.0);
        for (a, b) in first.iter().zip(second) {
            if let (Some(a), Some(b)) = (a, b) {
                let (a, b) = (a - centre, b - centre);
                count += 1.0;
                a_sum += a;
                b_sum += b;
                squares += (a - b) * (a - b);
                products += a * b;
            }
        }
        if count >= 2.0 {
            let gap = a_sum - b_sum;
            self.differences += (squares - gap * gap / count).max(0.0);
            self.products += products - a_sum * b_sum / count;
            self.freedom += count - 1.0;
        }
    }
}

/// The range of all scores; 1 where they do not differ.
fn spread(rows: &[&[Option<f64>]]) -> f64 {
    let scores = || rows.iter().flat_map(|row| row.iter().flatten().copied());
    let high = scores().fold(f64::NEG_INFINITY, f64::max);
    let low = scores().fold(f64::INFINITY, f64::min);
    if high > low { high - low } else { 1.0 }
}

/// The variance of scores around their candidate's average.
fn variance_within(rows: &[&[Option<f64>]]) -> f64 {
    let (mut squares, mut freedom) = (0.0, 0.0);
    for row in rows {
        let scores = || row.iter().flatten().copied();
        let count = scores().count() as f64;
        let mean = scores().sum::<f64>() / count.max(1.0);
        squares += scores().map(|score| (score - mean).powi(2)).sum::<f64>();
        freedom += (count - 1.0).max(0.0);
    }
    if freedom > 0.0 { squares / freedom } else { 0.0 }
}
