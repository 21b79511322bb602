//! [`Meters`]: what is spent on what.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::lm::{Account, Amount, Budget, Prices, Spent};

/// Who spends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Role {
    /// The program that is optimized.
    Student,
    /// Whose runs are taken as demonstrations.
    Teacher,
    /// What writes instructions.
    Proposer,
    /// The metric, where it asks models itself.
    Metric,
}

/// The budget of a run and a meter for each role.
#[derive(Clone, Debug)]
pub(super) struct Meters {
    /// The user's, which has the limits.
    given: Budget,
    /// The part of it that this run spends.
    whole: Budget,
    student: Budget,
    teacher: Budget,
    proposer: Budget,
    metric: Budget,
    prices: Option<Prices>,
}

impl Meters {
    pub(super) fn new(whole: &Budget, prices: Option<Prices>) -> Self {
        let given = whole.clone();
        // It may have been spent from before, and by others.
        let whole = whole.part();
        let part = || whole.part();
        let (student, teacher, proposer, metric) = (part(), part(), part(), part());
        Self { student, teacher, proposer, metric, given, whole, prices }
    }

    pub(super) fn of(&self, role: Role) -> &Budget {
        match role {
            Role::Student => &self.student,
            Role::Teacher => &self.teacher,
            Role::Proposer => &self.proposer,
            Role::Metric => &self.metric,
        }
    }

    /// An account of this role, with a budget that counts what goes through it alone.
    pub(super) fn account(&self, role: Role) -> (Account, Budget) {
        let part = self.of(role).part();
        let account = Account::new(&part);
        let account = match &self.prices {
            Some(prices) => account.with_prices(prices),
            None => account,
        };
        (account, part)
    }

    /// What the run spent in all.
    pub(super) fn spent(&self) -> Spent {
        self.whole.spent()
    }

    /// What is left of each limit.
    pub(super) fn left(&self) -> Vec<Amount> {
        self.given.left()
    }

    pub(super) fn spending(&self) -> Spending {
        Spending {
            student: self.student.spent(),
            teacher: self.teacher.spent(),
            proposer: self.proposer.spent(),
            metric: self.metric.spent(),
        }
    }
}

/// What an optimizer spent, by role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Spending {
    /// The program that was optimized.
    pub student: Spent,
    /// The teacher.
    pub teacher: Spent,
    /// What wrote instructions.
    pub proposer: Spent,
    /// The metric.
    pub metric: Spent,
}

impl Spending {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            student: self.student + other.student,
            teacher: self.teacher + other.teacher,
            proposer: self.proposer + other.proposer,
            metric: self.metric + other.metric,
        }
    }

    /// All of it.
    pub fn total(&self) -> Spent {
        [self.student, self.teacher, self.proposer, self.metric].into_iter().sum()
    }
}

impl fmt::Display for Spending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let roles = [
            ("program", self.student),
            ("teacher", self.teacher),
            ("proposer", self.proposer),
            ("metric", self.metric),
        ];
        let mut first = true;
        for (name, spent) in roles.into_iter().filter(|(_, spent)| spent.calls > 0) {
            write!(f, "{}{name} {} calls", if first { "" } else { ", " }, spent.calls)?;
            first = false;
        }
        if first { f.write_str("no calls") } else { Ok(()) }
    }
}
