//! Which of several candidates is best, on as few evaluations as possible.

mod betting;
mod sheet;

pub use betting::BettingTest;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::posterior::Posterior;
use crate::error::Result;
use sheet::Sheet;

/// Noise below this share of the range counts as this much: else candidates that hardly differ
/// would be told apart at any cost.
const QUIET: f64 = 0.08;

/// A race of candidates over items: it says what to evaluate next, and is told the scores.
///
/// All candidates run over the same items in the same order, each as far as it is worth it, so every
/// comparison is paired. Between rounds
///
/// - a candidate is **eliminated** once a [`BettingTest`] against the leader shows it to be worse. The
///   best candidate is ever eliminated with a probability of at most [`alpha`](Self::alpha), although
///   the race looks after every round;
/// - the next round goes to the leader (the highest [`Posterior`] mean) and the few challengers of
///   whom most is to be hoped: by [`expected_gain`](Posterior::expected_gain), and only while that is
///   at least the [`tolerance`](Self::tolerance). This is the rule that saves evaluations. It is no
///   test: it gives up a small and known expected loss.
///
/// It ends when nobody is worth another look, one is left, the items are used up, or the budget is.
/// Rounds depend on the scores alone, not on the order in which they come, so the outcome is the same
/// at any concurrency. Where all candidates must be decided by proof, see
/// [`by_proof_alone`](Self::by_proof_alone); it takes far more evaluations (`bench/README.md`).
///
/// ```
/// use dspy::optimize::Race;
///
/// let score = |candidate: usize, item: usize| f64::from(u8::from(item % 5 < candidate + 1));
/// let mut race = Race::new(4, 200);
/// loop {
///     let round = race.round()?;
///     if round.is_empty() {
///         break;
///     }
///     for batch in round {
///         for item in batch.items {
///             race.record(batch.candidate, item, score(batch.candidate, item))?;
///         }
///     }
/// }
/// assert_eq!(race.winner(), Some(3));
/// assert!(race.evaluations() < 400, "of 800");
/// # Ok::<(), dspy::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Race {
    sheet: Sheet,
    first: usize,
    batch: usize,
    contenders: usize,
    tolerance: f64,
    alpha: f64,
    range: f64,
    budget: Option<usize>,
    round: Vec<Batch>,
    tests: BTreeMap<(usize, usize), BettingTest>,
    eliminated: Vec<Elimination>,
    posterior: Option<Posterior>,
    stop: Option<RaceStop>,
}

/// A candidate and the items that it is to be evaluated on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The candidate, by its place.
    pub candidate: usize,
    /// The items, by their places.
    pub items: Range<usize>,
}

/// A candidate that was shown to be worse than another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Elimination {
    /// The candidate, by its place.
    pub candidate: usize,
    /// The leader it was compared with.
    pub leader: usize,
    /// On how many items.
    pub items: usize,
    /// The anytime-valid p-value.
    pub p_value: f64,
}

/// Why a race ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RaceStop {
    /// There is only one candidate, or all others were shown to be worse.
    OneLeft,
    /// Nobody is expected to be better than the leader by the tolerance.
    Settled,
    /// The leader and its challengers have seen all items.
    ItemsUsed,
    /// The budget of evaluations is spent.
    Budget,
}

impl fmt::Display for RaceStop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneLeft => "one candidate is left",
            Self::Settled => "no other candidate is expected to be better by the tolerance",
            Self::ItemsUsed => "all items are used",
            Self::Budget => "the race's evaluations are spent",
        })
    }
}

impl Race {
    /// A race of so many candidates over so many items.
    pub fn new(candidates: usize, items: usize) -> Self {
        Self {
            sheet: Sheet::new(candidates, items),
            first: 20,
            batch: 10,
            contenders: 4,
            tolerance: 0.0125,
            alpha: 0.05,
            range: 1.0,
            budget: None,
            round: Vec::new(),
            tests: BTreeMap::new(),
            eliminated: Vec::new(),
            posterior: None,
            stop: None,
        }
    }

    /// How many items every candidate starts with; 20 by default.
    #[must_use]
    pub fn first(mut self, items: usize) -> Self {
        self.first = items.max(1);
        self
    }

    /// How many items a candidate gets in each later round; 10 by default.
    #[must_use]
    pub fn batch(mut self, items: usize) -> Self {
        self.batch = items.max(1);
        self
    }

    /// How many challengers run beside the leader in a round; 4 by default.
    #[must_use]
    pub fn contenders(mut self, contenders: usize) -> Self {
        self.contenders = contenders.max(1);
        self
    }

    /// What a challenger must promise to be evaluated further: the mean of what would be gained by
    /// it, as a share of the [`noise`](Posterior::noise) of a score; 0.0125 by default, about half a
    /// point for scores of 0 and 1. The less noise, the more a score tells, and the smaller a gain
    /// is worth one, down to a thousandth of the range. At 0 everybody goes on.
    #[must_use]
    pub fn tolerance(mut self, tolerance: f64) -> Self {
        self.tolerance = tolerance.max(0.0);
        self
    }

    /// The probability of ever eliminating the best candidate, at most; 0.05 by default. At 0 nobody
    /// is eliminated by a test.
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> Self {
        self.alpha = alpha.clamp(0.0, 1.0);
        self
    }

    /// The metric's highest score minus its lowest; 1 by default. It grows with the scores seen,
    /// and the tests then start over.
    #[must_use]
    pub fn range(mut self, range: f64) -> Self {
        if range.is_finite() && range > 0.0 {
            self.range = range;
        }
        self
    }

    /// How many evaluations the race may ask for; no limit by default.
    #[must_use]
    pub fn budget(mut self, evaluations: usize) -> Self {
        self.budget = Some(evaluations);
        self
    }

    /// Everybody runs until shown to be worse by the anytime-valid test.
    #[must_use]
    pub fn by_proof_alone(self) -> Self {
        self.tolerance(0.0).contenders(usize::MAX)
    }

    /// What is to be evaluated now, the same until all of it is recorded; empty when the race is
    /// over.
    ///
    /// # Errors
    /// None that scores taken in by [`record`](Self::record) could cause.
    pub fn round(&mut self) -> Result<Vec<Batch>> {
        let sheet = &self.sheet;
        let open = |batch: &Batch| {
            let start = sheet.depth(batch.candidate).max(batch.items.start);
            Batch { candidate: batch.candidate, items: start..batch.items.end }
        };
        let mut rest: Vec<Batch> = self.round.iter().map(open).collect();
        rest.retain(|batch| !batch.items.is_empty());
        if rest.is_empty() && self.stop.is_none() {
            rest = self.plan()?;
            self.round.clone_from(&rest);
        }
        Ok(rest)
    }

    /// Takes in a score that was evaluated for the race. Telling the same again changes nothing.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::error::Error::Invalid) for a score that is no finite number, a second, other
    /// score, or a place that does not exist.
    pub fn record(&mut self, candidate: usize, item: usize, score: f64) -> Result<()> {
        self.sheet.set(candidate, item, score, true)?;
        self.posterior = None;
        Ok(())
    }

    /// Takes in a score that was known before: it counts as evidence, but not as an evaluation.
    /// Items that are known from the first on are not asked for.
    ///
    /// # Errors
    /// As [`record`](Self::record).
    pub fn know(&mut self, candidate: usize, item: usize, score: f64) -> Result<()> {
        self.sheet.set(candidate, item, score, false)?;
        self.posterior = None;
        Ok(())
    }

    /// The candidate with the highest posterior mean among those not eliminated; of equal ones the
    /// first. `None` only where there are no candidates.
    pub fn winner(&self) -> Option<usize> {
        match &self.posterior {
            Some(posterior) => self.leader(posterior),
            None => self.leader(&self.estimate().ok()?),
        }
    }

    /// What the scores so far say about all candidates.
    ///
    /// # Errors
    /// None that scores taken in by [`record`](Self::record) could cause.
    pub fn estimate(&self) -> Result<Posterior> {
        match &self.posterior {
            Some(posterior) => Ok(posterior.clone()),
            None => Posterior::new(self.sheet.rows()),
        }
    }

    /// The candidates shown to be worse, in that order.
    pub fn eliminated(&self) -> &[Elimination] {
        &self.eliminated
    }

    /// How many evaluations were recorded.
    pub fn evaluations(&self) -> usize {
        self.sheet.paid()
    }

    /// Why the race is over; `None` while it runs.
    pub fn stopped(&self) -> Option<RaceStop> {
        self.stop
    }

    fn is_out(&self, candidate: usize) -> bool {
        self.eliminated.iter().any(|gone| gone.candidate == candidate)
    }

    fn leader(&self, posterior: &Posterior) -> Option<usize> {
        posterior.best_of((0..posterior.len()).filter(|candidate| !self.is_out(*candidate)))
    }

    /// The next round; none where the race is over.
    fn plan(&mut self) -> Result<Vec<Batch>> {
        let candidates = self.sheet.candidates();
        let start = self.first.min(self.sheet.items());
        let beginners = (0..candidates).filter(|place| self.sheet.depth(*place) < start);
        let beginners: Vec<usize> = beginners.collect();
        if candidates < 2 {
            return Ok(self.end(RaceStop::OneLeft));
        }
        if !beginners.is_empty() {
            let share = self.left().map_or(start, |left| (left / beginners.len()).max(1));
            let targets = beginners
                .into_iter()
                .map(|place| (place, (self.sheet.depth(place) + share).min(start)));
            let targets = targets.collect();
            return Ok(self.afford(targets));
        }
        let posterior = Posterior::new(self.sheet.rows())?;
        let Some(leader) = self.leader(&posterior) else {
            return Ok(self.end(RaceStop::OneLeft));
        };
        let spread = self.sheet.spread();
        if spread > self.range {
            self.range = spread;
            self.tests.clear();
        }
        self.eliminate(leader)?;
        let alive = (0..candidates).filter(|place| *place != leader && !self.is_out(*place));
        let mut challengers: Vec<(f64, usize)> =
            alive.map(|place| (posterior.expected_gain(place, leader), place)).collect();
        let least = self.tolerance * posterior.noise().max(QUIET * self.range);
        self.posterior = Some(posterior);
        if challengers.is_empty() {
            return Ok(self.end(RaceStop::OneLeft));
        }
        challengers.retain(|(gain, _)| *gain >= least);
        if challengers.is_empty() {
            return Ok(self.end(RaceStop::Settled));
        }
        // Who has seen all items can be told no more, and stands in nobody's way.
        challengers.retain(|(_, place)| self.sheet.depth(*place) < self.sheet.items());
        challengers.sort_by(|a, b| b.0.total_cmp(&a.0));
        challengers.truncate(self.contenders);
        let running: Vec<usize> =
            [leader].into_iter().chain(challengers.into_iter().map(|(_, place)| place)).collect();
        let last = running.iter().map(|place| self.sheet.depth(*place)).min().unwrap_or_default();
        let targets = running
            .into_iter()
            .map(|place| (place, self.sheet.depth(place)))
            // Whoever is ahead waits: only items that both have seen compare a pair.
            .filter(|(_, depth)| *depth < last + 2 * self.batch)
            .map(|(place, depth)| (place, (depth + self.batch).min(self.sheet.items())))
            .collect();
        Ok(self.afford(targets))
    }

    /// The batches up to these depths, as far as the budget goes.
    fn afford(&mut self, targets: Vec<(usize, usize)>) -> Vec<Batch> {
        let mut left = self.left();
        let mut round = Vec::new();
        let mut wanted = false;
        for (candidate, target) in targets {
            let depth = self.sheet.depth(candidate);
            wanted |= depth < target;
            let end = left.map_or(target, |left| target.min(depth + left));
            if end > depth {
                left = left.map(|left| left - (end - depth));
                round.push(Batch { candidate, items: depth..end });
            }
        }
        match (round.is_empty(), wanted) {
            (false, _) => round,
            (true, true) => self.end(RaceStop::Budget),
            (true, false) => self.end(RaceStop::ItemsUsed),
        }
    }

    fn left(&self) -> Option<usize> {
        self.budget.map(|budget| budget.saturating_sub(self.sheet.paid()))
    }

    fn end(&mut self, stop: RaceStop) -> Vec<Batch> {
        self.stop = Some(stop);
        Vec::new()
    }

    /// Tests everybody against the leader on the items that both have seen.
    fn eliminate(&mut self, leader: usize) -> Result<()> {
        if self.alpha <= 0.0 {
            return Ok(());
        }
        let candidates = self.sheet.candidates();
        // Any of the others may lead and be tested against: the best stays with 1 - alpha in all.
        let alpha = self.alpha / (candidates - 1) as f64;
        for candidate in (0..candidates).filter(|place| *place != leader) {
            if self.is_out(candidate) {
                continue;
            }
            let mut test = match self.tests.remove(&(candidate, leader)) {
                Some(test) => test,
                None => BettingTest::new(self.range)?,
            };
            for difference in self.sheet.differences(candidate, leader, test.observed()) {
                test.observe(difference)?;
            }
            if test.rejects(alpha) {
                self.eliminated.push(Elimination {
                    candidate,
                    leader,
                    items: test.observed(),
                    p_value: test.p_value(),
                });
            }
            self.tests.insert((candidate, leader), test);
        }
        Ok(())
    }
}
