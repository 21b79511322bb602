//! A test that may be looked at after every score.

use crate::error::{Error, Result};

/// How many bets of different size stand side by side.
const BETS: u32 = 20;

/// An anytime-valid test of paired differences: is the challenger worse than the champion?
///
/// It bets money on "the challenger is worse". Were the mean of the differences (challenger minus
/// champion) at least `-margin`, every bet would be fair or worse, and the chance that the money ever
/// grows `1/alpha`-fold would be at most `alpha`, however often one looks and whenever one stops
/// (Ville's inequality). So it may be asked after each item, and the race may end early.
///
/// The bets are those of Waudby-Smith and Ramdas ("Estimating means of bounded random variables by
/// betting", JRSS B 2023, §4): a stake is multiplied by `1 - bet * (difference + margin)` for each
/// item. Twenty stakes with bets spread evenly between nothing and all that can be lost are held at
/// once, and their average is the money (the method of mixtures), so that nothing needs tuning. For
/// scores of 0 and 1 without a margin, items on which both agree leave the money as it is, and the
/// rest is the sequential form of McNemar's test with a uniform prior.
///
/// ```
/// use dspy::optimize::BettingTest;
///
/// let mut test = BettingTest::new(1.0)?;
/// for difference in [0.0, -1.0, -1.0, 0.0, -1.0, -1.0, -1.0, -1.0, -1.0] {
///     test.observe(difference)?;
/// }
/// assert!(test.rejects(0.05));
/// # Ok::<(), dspy::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct BettingTest {
    range: f64,
    margin: f64,
    stakes: Vec<Stake>,
    /// The most money there has been.
    highest: f64,
    observed: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Stake {
    bet: f64,
    /// The logarithm of what it has become.
    log: f64,
}

impl BettingTest {
    /// A test of differences between `-range` and `range`, in the metric's unit; 1 for scores
    /// between 0 and 1.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a range that is not positive and finite.
    pub fn new(range: f64) -> Result<Self> {
        Self::with_margin(range, 0.0)
    }

    /// The same where a challenger may be worse by `margin` without being told so. A negative margin
    /// asks for more: rejecting then means "not better by that much".
    ///
    /// # Errors
    /// [`Error::Invalid`] for a range that is not positive and finite, or a margin outside it.
    pub fn with_margin(range: f64, margin: f64) -> Result<Self> {
        if !range.is_finite() || range <= 0.0 {
            return Err(Error::Invalid(format!(
                "a test of scores cannot have the range {range}; give the metric's highest score \
                 minus its lowest"
            )));
        }
        if margin.is_nan() || margin.abs() >= range {
            return Err(Error::Invalid(format!(
                "the margin {margin} is not within the range of scores, {range}; give a part of it"
            )));
        }
        let most = 1.0 / (range + margin);
        let bet = |place: u32| most * (f64::from(place) + 0.5) / f64::from(BETS);
        let stakes = (0..BETS).map(|place| Stake { bet: bet(place), log: 0.0 }).collect();
        Ok(Self { range, margin, stakes, highest: 1.0, observed: 0 })
    }

    /// Takes in the challenger's score minus the champion's on the next item.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a difference outside the range, which would void the guarantee.
    pub fn observe(&mut self, difference: f64) -> Result<()> {
        let most = self.range * (1.0 + 1e-9);
        if difference.is_nan() || difference.abs() > most {
            return Err(Error::Invalid(format!(
                "the difference {difference} is outside the range {}; give the test the range of \
                 the metric",
                self.range
            )));
        }
        let excess = difference + self.margin;
        for stake in &mut self.stakes {
            stake.log += (-stake.bet * excess).ln_1p();
        }
        self.observed += 1;
        self.highest = self.highest.max(self.evidence());
        Ok(())
    }

    /// What one unit of money has become: how strongly the items so far speak against the
    /// challenger. At most 1 on average, at any time, for a challenger that is no worse.
    pub fn evidence(&self) -> f64 {
        let total: f64 = self.stakes.iter().map(|stake| stake.log.exp()).sum();
        total / f64::from(BETS)
    }

    /// A p-value that holds whenever one looks: one divided by the most money there has been.
    pub fn p_value(&self) -> f64 {
        1.0 / self.highest
    }

    /// Whether the challenger is shown to be worse: a challenger that is not is ever called so with
    /// a probability of at most `alpha`.
    pub fn rejects(&self, alpha: f64) -> bool {
        self.p_value() <= alpha
    }

    /// How many differences it has seen.
    pub fn observed(&self) -> usize {
        self.observed
    }
}
