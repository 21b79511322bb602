//! Integers of up to 128 bits, signed or not.

use std::cmp::Ordering;
use std::fmt;

use serde_json::{Number, Value};

/// Every integer up to here has a float of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Any `i128` or `u128`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Whole {
    /// Never with a magnitude of zero.
    negative: bool,
    magnitude: u128,
}

impl Whole {
    /// The integer that a JSON number is: `42` and `42.0`, not `3.7` and not what a float cannot
    /// hold.
    pub(super) fn read(raw: &str) -> Option<Self> {
        let (digits, sign) = match raw.strip_prefix('-') {
            Some(digits) => (digits, true),
            None => (raw, false),
        };
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let magnitude: u128 = digits.parse().ok()?;
            let fits = !sign || magnitude <= i128::MIN.unsigned_abs();
            return fits.then_some(Self { negative: sign && magnitude > 0, magnitude });
        }
        // The digits decide, as a float may have lost the last of them.
        if let Some((_, fraction)) = raw.split_once('.').filter(|_| !raw.contains(['e', 'E']))
            && fraction.bytes().any(|digit| digit != b'0')
        {
            return None;
        }
        let float: f64 = raw.parse().ok()?;
        let is_whole = float.fract() == 0.0 && float.abs() < EXACT;
        is_whole.then_some(Self { negative: float < 0.0, magnitude: float.abs() as u128 })
    }

    /// The integer that a JSON number holds as one.
    pub(super) fn of(number: &Number) -> Option<Self> {
        let signed = || number.as_i64().map(|whole| Self::from(i128::from(whole)));
        number.as_u64().map(|whole| Self::from(u128::from(whole))).or_else(signed)
    }

    /// As a JSON number where one can hold it, else as a text of digits.
    pub(super) fn to_value(self) -> Value {
        match self.number() {
            Some(number) => Value::Number(number),
            None => Value::from(self.to_string()),
        }
    }

    fn number(self) -> Option<Number> {
        match (u64::try_from(self.magnitude), self.negative) {
            (Ok(magnitude), false) => Some(Number::from(magnitude)),
            _ => i64::try_from(self.signed()?).ok().map(Number::from),
        }
    }

    fn signed(self) -> Option<i128> {
        if self.negative {
            0_i128.checked_sub_unsigned(self.magnitude)
        } else {
            i128::try_from(self.magnitude).ok()
        }
    }

    /// The nearest float.
    pub(super) fn as_f64(self) -> f64 {
        let magnitude = self.magnitude as f64;
        if self.negative { -magnitude } else { magnitude }
    }

    /// How it compares to a limit, which may have a fraction.
    pub(super) fn compare(self, limit: &Number) -> Option<Ordering> {
        match Self::read(&limit.to_string()) {
            Some(limit) => Some(self.cmp(&limit)),
            None => self.as_f64().partial_cmp(&limit.as_f64()?),
        }
    }

    /// Whether it is a multiple of a step; `None` where the step is no integer.
    pub(super) fn is_multiple_of(self, step: &Number) -> Option<bool> {
        let step = Self::read(&step.to_string())?.magnitude;
        Some(step == 0 || self.magnitude.is_multiple_of(step))
    }
}

impl Ord for Whole {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude.cmp(&other.magnitude),
            (true, true) => other.magnitude.cmp(&self.magnitude),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Whole {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Whole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.negative { "-" } else { "" }, self.magnitude)
    }
}

impl From<i128> for Whole {
    fn from(value: i128) -> Self {
        Self { negative: value < 0, magnitude: value.unsigned_abs() }
    }
}

impl From<u128> for Whole {
    fn from(magnitude: u128) -> Self {
        Self { negative: false, magnitude }
    }
}
