//! Whether a number is near enough.

use super::Score;

/// How far a number may be off: the wider of two bounds.
///
/// ```
/// use dspy::metric::{Tolerance, near};
///
/// assert_eq!(near(101.0, 100.0, Tolerance::relative(0.01)).value, 1.0);
/// assert_eq!(near(101.0, 100.0, Tolerance::absolute(0.5)).value, 0.0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Tolerance {
    /// In the number's own unit.
    pub absolute: f64,
    /// As a share of the larger of both numbers: 0.01 is one per cent.
    pub relative: f64,
}

impl Tolerance {
    /// Off by at most this much.
    pub fn absolute(absolute: f64) -> Self {
        Self { absolute, relative: 0.0 }
    }

    /// Off by at most this share.
    pub fn relative(relative: f64) -> Self {
        Self { absolute: 0.0, relative }
    }

    /// This bound or also that absolute one, whichever is wider.
    #[must_use]
    pub fn or_absolute(mut self, absolute: f64) -> Self {
        self.absolute = absolute;
        self
    }

    /// Whether two numbers are as near as that. Nothing is near what is no number.
    pub fn allows(&self, a: f64, b: f64) -> bool {
        if a == b {
            return true;
        }
        let largest = a.abs().max(b.abs());
        largest.is_finite() && (a - b).abs() <= self.absolute.max(self.relative * largest)
    }
}

/// 1 where the number is as near the reference as the tolerance says, else 0.
pub fn near(number: f64, reference: f64, tolerance: Tolerance) -> Score {
    if tolerance.allows(number, reference) {
        return Score::new(1.0).with_feedback("the number is right");
    }
    Score::new(0.0).with_feedback(format!(
        "expected {reference}, got {number}: off by {:+}",
        number - reference
    ))
}

/// The same for the last number that a text names: what an explanation ends with. Commas between
/// digits are left out, `$` and `%` do not matter.
///
/// ```
/// use dspy::metric::{Tolerance, number_in_text};
///
/// let score = number_in_text("3 * 400 is **$1,200.50**.", 1200.5, Tolerance::default());
/// assert_eq!(score.value, 1.0);
/// ```
pub fn number_in_text(text: &str, reference: f64, tolerance: Tolerance) -> Score {
    match last_number(text) {
        Some(number) => near(number, reference, tolerance),
        None => {
            Score::new(0.0).with_feedback(format!("expected {reference}, the answer has no number"))
        }
    }
}

/// The last number that a text names.
pub fn last_number(text: &str) -> Option<f64> {
    let chars: Vec<char> = text.chars().collect();
    let end = chars.iter().rposition(char::is_ascii_digit)? + 1;
    let mut start = end;
    let digit_at = |place: usize| chars.get(place).is_some_and(char::is_ascii_digit);
    while let Some(before) = start.checked_sub(1) {
        let joins = match chars.get(before) {
            Some('0'..='9') => true,
            Some('.' | ',') => digit_at(start) && before.checked_sub(1).is_some_and(digit_at),
            _ => false,
        };
        if !joins {
            break;
        }
        start = before;
    }
    // `.5`, but not the end of a sentence or a list.
    let at = |place: Option<usize>| place.and_then(|place| chars.get(place)).copied();
    if at(start.checked_sub(1)) == Some('.')
        && at(start.checked_sub(2)).is_none_or(char::is_whitespace)
    {
        start -= 1;
    }
    let is_sign = at(start.checked_sub(1)) == Some('-')
        && !at(start.checked_sub(2)).is_some_and(char::is_alphanumeric);
    let digits: String = chars.get(start..end)?.iter().filter(|c| !matches!(c, ',')).collect();
    let number: f64 = digits.parse().ok()?;
    Some(if is_sign { -number } else { number })
}
