//! [`Budget`]: a bound on what calls may spend together.

mod amount;
mod hold;
mod ledger;
mod limits;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use self::ledger::Ledger;
use self::limits::Limits;
use super::error::LmError;

pub use self::amount::{Amount, Spent};
pub(super) use self::hold::Hold;
pub(super) use self::ledger::Cost;

/// A bound on what calls may spend, in money, tokens, calls or time, or several of them.
///
/// Clones share what is spent, so one budget can hold for several models and programs: wrap each of
/// them by [`Budgeted`](super::Budgeted). What a call may cost at worst is set aside before it is
/// made, so calls at the same time cannot spend more together than is there; when the answer is
/// there, what it really cost is taken, and the rest comes back. A call that does not fit is not
/// made and fails with [`LmError::BudgetExceeded`], which no retry repeats.
///
/// ```
/// use dspy::lm::{Budget, Budgeted, Embedded, LanguageModel, LmError, Message, Request};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let budget = Budget::usd(2.0).with_calls(1);
/// let lm = Budgeted::new(Embedded::new(), &budget);
/// let request = Request::new([Message::user("Say something.")]);
/// lm.generate(&request).await?;
/// assert_eq!(budget.spent().calls, 1);
///
/// let refused = lm.generate(&request).await;
/// assert!(matches!(refused, Err(LmError::BudgetExceeded { .. })));
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Budget(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: Limits,
    ledger: Mutex<Ledger>,
    /// The budget that this one is a part of.
    whole: Option<Budget>,
}

impl Shared {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Budget {
    /// So many US dollars. What is negative or no number counts as nothing.
    pub fn usd(usd: f64) -> Self {
        Self::unlimited().with_usd(usd)
    }

    /// So many tokens, read and written.
    pub fn tokens(tokens: u64) -> Self {
        Self::unlimited().with_tokens(tokens)
    }

    /// So many calls to providers, failed ones included.
    pub fn calls(calls: u64) -> Self {
        Self::unlimited().with_calls(calls)
    }

    /// So long from the first call on; after that, no call begins.
    pub fn time(time: Duration) -> Self {
        Self::unlimited().with_time(time)
    }

    /// No bound: it only counts.
    pub fn unlimited() -> Self {
        Self::of(Limits::default())
    }

    fn of(limits: Limits) -> Self {
        Self::within(limits, None)
    }

    fn within(limits: Limits, whole: Option<Self>) -> Self {
        Self(Arc::new(Shared { limits, ledger: Mutex::default(), whole }))
    }

    /// A part of this budget without a limit of its own, which counts what goes through it. What is
    /// spent from it is spent from this one, too.
    ///
    /// ```
    /// use dspy::lm::Budget;
    ///
    /// let whole = Budget::calls(100);
    /// let (students, teachers) = (whole.part(), whole.part());
    /// assert_eq!(students.left(), []);
    /// # let _ = teachers;
    /// ```
    #[must_use]
    pub fn part(&self) -> Self {
        Self::within(Limits::default(), Some(self.clone()))
    }

    /// Counts something as spent that was not paid through this budget, such as by an earlier run.
    pub fn charge(&self, spent: Spent) {
        let cost = Cost::new(spent.usd, spent.tokens, spent.calls);
        self.0.ledger().settle(Cost::default(), cost);
        if let Some(whole) = &self.0.whole {
            whole.charge(spent);
        }
    }

    /// A new budget with the same limits and this one, from which nothing is spent.
    #[must_use]
    pub fn with_usd(self, usd: f64) -> Self {
        Self::of(Limits { nanos: Some(ledger::nanos(usd)), ..self.0.limits })
    }

    /// A new budget with the same limits and this one, from which nothing is spent.
    #[must_use]
    pub fn with_tokens(self, tokens: u64) -> Self {
        Self::of(Limits { tokens: Some(tokens), ..self.0.limits })
    }

    /// A new budget with the same limits and this one, from which nothing is spent.
    #[must_use]
    pub fn with_calls(self, calls: u64) -> Self {
        Self::of(Limits { calls: Some(calls), ..self.0.limits })
    }

    /// A new budget with the same limits and this one, from which nothing is spent.
    #[must_use]
    pub fn with_time(self, time: Duration) -> Self {
        Self::of(Limits { time: Some(time), ..self.0.limits })
    }

    /// What is spent, and what is set aside for calls under way.
    pub fn spent(&self) -> Spent {
        self.0.ledger().spent()
    }

    /// What is left and not set aside, of each limit.
    pub fn left(&self) -> Vec<Amount> {
        self.0.limits.left(&self.0.ledger())
    }

    /// The limits themselves.
    pub fn limits(&self) -> Vec<Amount> {
        self.0.limits.left(&Ledger::default())
    }

    /// Whether no further call fits: one of the limits is reached.
    pub fn is_exhausted(&self) -> bool {
        self.left().iter().any(Amount::is_zero)
    }

    /// Whether money is bounded, so that prices must be known.
    pub(super) fn needs_price(&self) -> bool {
        self.0.limits.nanos.is_some() || self.0.whole.as_ref().is_some_and(Self::needs_price)
    }

    /// Sets aside `worst`. If the call is given up, `sunk` of it counts as spent.
    pub(super) fn reserve(&self, worst: Cost, sunk: Cost) -> Result<Hold, LmError> {
        let above = match &self.0.whole {
            Some(whole) => Some(Box::new(whole.reserve(worst, sunk)?)),
            None => None,
        };
        let set_aside = |ledger: &mut Ledger| {
            self.0.limits.check(ledger, worst)?;
            ledger.set_aside(worst);
            Ok(())
        };
        let fits: Result<(), LmError> = set_aside(&mut self.0.ledger());
        match (fits, above) {
            (Ok(()), above) => Ok(Hold::new(Arc::clone(&self.0), worst, sunk, above)),
            (Err(error), above) => {
                if let Some(above) = above {
                    above.settle(Cost::default());
                }
                Err(error)
            }
        }
    }
}
