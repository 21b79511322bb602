//! [`Admission`]: how many runs the rest of a budget pays for.

use crate::lm::{Amount, Spent};

/// What runs cost so far, to tell how many more fit into what is left.
///
/// The budget itself refuses every call that does not fit. Admission comes before that, so that a
/// search ends between items and not in the middle of one, at the same item whatever the
/// concurrency.
#[derive(Clone, Debug, Default)]
pub(super) struct Admission {
    runs: u64,
    total: Spent,
    /// The most that one run took.
    most: Spent,
    /// What a run is taken to need before any was seen.
    calls: u64,
}

impl Admission {
    pub(super) fn new(calls: u64) -> Self {
        Self { calls: calls.max(1), ..Self::default() }
    }

    pub(super) fn saw(&mut self, spent: Spent) {
        // Runs answered from a cache say nothing of what the next one costs.
        if spent.calls == 0 {
            return;
        }
        self.runs += 1;
        self.total = self.total + spent;
        self.most.usd = self.most.usd.max(spent.usd);
        self.most.tokens = self.most.tokens.max(spent.tokens);
        self.most.calls = self.most.calls.max(spent.calls);
    }

    /// What `runs` runs will take, by what they took so far: the mean, and twice its error for the
    /// few among many that take more.
    fn need(&self, runs: u64, total: f64, most: f64, first: f64) -> f64 {
        if self.runs == 0 {
            return first * runs as f64;
        }
        let mean = total / self.runs as f64;
        // The spread of what lies between 0 and `most` is at most half of `most`.
        let spread = ((most - mean).max(0.0) * mean).sqrt().min(most / 2.0);
        (mean * runs as f64 + 2.0 * spread * (runs as f64).sqrt()).min(most * runs as f64)
    }

    /// How many of `wanted` runs fit into what is left, and which limit is in the way of more.
    /// `reserved` runs must fit beside them.
    pub(super) fn fit(&self, wanted: u64, left: &[Amount], reserved: u64) -> (u64, Option<String>) {
        let fits = |runs: u64| left.iter().find(|amount| !self.holds(**amount, runs + reserved));
        let Some(limit) = fits(wanted) else { return (wanted, None) };
        let (mut low, mut high) = (0, wanted);
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            match fits(middle) {
                None => low = middle,
                Some(_) => high = middle - 1,
            }
        }
        (low, Some(format!("{limit} left")))
    }

    fn holds(&self, amount: Amount, runs: u64) -> bool {
        if runs == 0 {
            return true;
        }
        match amount {
            Amount::Calls(left) => {
                let first = self.calls as f64;
                let need = self.need(runs, self.total.calls as f64, self.most.calls as f64, first);
                need.ceil() <= left as f64
            }
            Amount::Tokens(left) => {
                let need = self.need(runs, self.total.tokens as f64, self.most.tokens as f64, 1.0);
                need <= left as f64
            }
            Amount::Usd(left) => {
                self.need(runs, self.total.usd, self.most.usd, 0.0) <= left && left > 0.0
            }
            Amount::Time(left) => !left.is_zero(),
        }
    }
}
