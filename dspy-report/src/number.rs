//! Figures as people read them.

use std::time::Duration;

/// A score: three decimals.
pub(crate) fn score(value: f64) -> String {
    if value.is_finite() { format!("{value:.3}") } else { "unknown".to_owned() }
}

/// A difference of scores, with its sign.
pub(crate) fn difference(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        value if value.is_finite() => format!("{value:+.3}"),
        _ => "unknown".to_owned(),
    }
}

/// `0.712 to 0.844`.
pub(crate) fn interval([low, high]: [f64; 2]) -> String {
    format!("{} to {}", score(low), score(high))
}

/// `+0.012 to +0.144`.
pub(crate) fn difference_interval([low, high]: [f64; 2]) -> String {
    format!("{} to {}", difference(low), difference(high))
}

/// A whole number, in groups of three digits.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The same of a length.
pub(crate) fn size(value: usize) -> String {
    count(value as u64)
}

/// US dollars: cents, and for less than a dollar two digits that say something.
pub(crate) fn usd(value: f64) -> String {
    if value == 0.0 {
        return "$0".to_owned();
    }
    if value >= 1.0 {
        return format!("${value:.2}");
    }
    let digits = (1.0 - value.abs().log10()).ceil().clamp(2.0, 8.0) as usize;
    format!("${value:.digits$}")
}

/// A duration in its natural unit.
pub(crate) fn time(value: Duration) -> String {
    let seconds = value.as_secs_f64();
    if seconds < 0.000_95 {
        format!("{:.0} µs", seconds * 1e6)
    } else if seconds < 0.95 {
        format!("{:.0} ms", seconds * 1e3)
    } else if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else if seconds < 3600.0 {
        format!("{:.0} min {:.0} s", (seconds / 60.0).floor(), seconds % 60.0)
    } else {
        format!("{:.0} h {:.0} min", (seconds / 3600.0).floor(), (seconds % 3600.0) / 60.0)
    }
}

/// A p-value.
pub(crate) fn p_value(value: f64) -> String {
    if value < 0.001 { "p < 0.001".to_owned() } else { format!("p = {value:.3}") }
}

/// A share as a percentage.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A probability as a percentage, never quite certain.
pub(crate) fn probability(value: f64) -> String {
    if value > 0.999 {
        "more than 99.9 %".to_owned()
    } else if value < 0.001 {
        "less than 0.1 %".to_owned()
    } else {
        percent(value)
    }
}

/// One word for a number of things: `1 row`, `2,000 rows`.
pub(crate) fn of(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", size(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_say_enough() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(usd(0.0), "$0");
        assert_eq!(usd(0.000_123_4), "$0.00012");
        assert_eq!(usd(0.25), "$0.25");
        assert_eq!(usd(12.345), "$12.35");
        assert_eq!(time(Duration::from_micros(42)), "42 µs");
        assert_eq!(time(Duration::from_millis(140)), "140 ms");
        assert_eq!(time(Duration::from_secs(75)), "1 min 15 s");
        assert_eq!(difference(0.0), "0");
        assert_eq!(difference(-0.25), "-0.250");
        assert_eq!(probability(0.999_99), "more than 99.9 %");
        assert_eq!(probability(0.123), "12.3 %");
        assert_eq!(p_value(0.000_2), "p < 0.001");
        assert_eq!(p_value(0.04), "p = 0.040");
    }
}
