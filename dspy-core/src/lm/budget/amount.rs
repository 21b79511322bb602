//! [`Amount`] and [`Spent`]: how much of what.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// An amount of something that a [`Budget`](super::Budget) bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Amount {
    /// US dollars.
    Usd(f64),
    /// Tokens, read and written.
    Tokens(u64),
    /// Calls to providers.
    Calls(u64),
    /// Time since the first call.
    Time(Duration),
}

impl Amount {
    /// Whether it is nothing.
    pub fn is_zero(&self) -> bool {
        match self {
            Self::Usd(usd) => *usd <= 0.0,
            Self::Tokens(number) | Self::Calls(number) => *number == 0,
            Self::Time(time) => time.is_zero(),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usd(usd) => write!(f, "{}", Dollars(*usd)),
            Self::Tokens(tokens) => counted(f, *tokens, "token"),
            Self::Calls(calls) => counted(f, *calls, "call"),
            Self::Time(time) => write!(f, "{time:.1?}"),
        }
    }
}

/// What was spent of a [`Budget`](super::Budget), and what is set aside for calls under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Spent {
    /// US dollars spent.
    pub usd: f64,
    /// Tokens spent.
    pub tokens: u64,
    /// Calls made, failed ones included.
    pub calls: u64,
    /// US dollars set aside.
    #[serde(skip)]
    pub held_usd: f64,
    /// Tokens set aside.
    #[serde(skip)]
    pub held_tokens: u64,
    /// Calls under way.
    #[serde(skip)]
    pub held_calls: u64,
}

impl Add for Spent {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            usd: self.usd + other.usd,
            tokens: self.tokens + other.tokens,
            calls: self.calls + other.calls,
            held_usd: self.held_usd + other.held_usd,
            held_tokens: self.held_tokens + other.held_tokens,
            held_calls: self.held_calls + other.held_calls,
        }
    }
}

impl Sum for Spent {
    fn sum<I: Iterator<Item = Self>>(spent: I) -> Self {
        spent.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "spent are {}, ", Dollars(self.usd))?;
        counted(f, self.tokens, "token")?;
        f.write_str(" and ")?;
        counted(f, self.calls, "call")?;
        if self.held_calls == 0 {
            return Ok(());
        }
        write!(f, ", set aside {} and ", Dollars(self.held_usd))?;
        counted(f, self.held_tokens, "token")?;
        f.write_str(" for ")?;
        counted(f, self.held_calls, "call")?;
        f.write_str(" under way")
    }
}

/// Whole cents where it is that, else as exact as sense makes.
struct Dollars(f64);

impl fmt::Display for Dollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.0 * 100.0;
        match (cents - cents.round()).abs() < 1e-6 {
            true => write!(f, "${:.2}", self.0),
            false => write!(f, "${:.6}", self.0),
        }
    }
}

fn counted(f: &mut fmt::Formatter<'_>, number: u64, noun: &str) -> fmt::Result {
    write!(f, "{number} {noun}{}", if number == 1 { "" } else { "s" })
}
