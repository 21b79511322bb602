//! Lengths of time as servers write them.

use std::time::Duration;

/// A length of time at the start of `text`: `1.5s`, `20ms`, `6m0s`, `2 minutes`, or bare seconds.
pub(super) fn leading(text: &str) -> Option<Duration> {
    let mut rest = text.trim_start();
    let mut seconds = None;
    while let Some((number, after)) = number(rest) {
        let unit_text = after.trim_start();
        let unit: String = unit_text.chars().take_while(|c| c.is_alphabetic()).collect();
        let factor = match unit.to_lowercase().as_str() {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" | "millisecond" | "milliseconds" => 1e-3,
            "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
            "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
            "h" | "hr" | "hour" | "hours" => 3600.0,
            "d" | "day" | "days" => 86_400.0,
            _ if seconds.is_none() => return Duration::try_from_secs_f64(number).ok(),
            _ => break,
        };
        seconds = Some(seconds.unwrap_or(0.0) + number * factor);
        rest = unit_text.get(unit.len()..).unwrap_or_default();
    }
    Duration::try_from_secs_f64(seconds?).ok()
}

/// A wait that a message asks for in words, such as `please try again in 1.5s`.
pub(super) fn in_message(message: &str) -> Option<Duration> {
    let lower = message.to_ascii_lowercase();
    ["try again in ", "retry in ", "retry after "]
        .iter()
        .find_map(|words| leading(lower.split_once(words)?.1))
}

/// A decimal number at the start of `text`, and what follows it.
fn number(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    // A full stop may end the sentence.
    Some((digits.trim_end_matches('.').parse().ok()?, rest))
}
