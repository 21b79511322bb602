//! Durations as ISO 8601 has them.

use super::{OTHER, Read, digits};

/// The units of days and longer, and those below, in their order.
const DATE: &str = "YMWD";
const TIME: &str = "HMS";

/// `P1Y2M3W4DT5H6M7.5S`, or a part of it.
pub(super) fn read(text: &str) -> Read {
    let written = text.to_ascii_uppercase();
    let body = written.strip_prefix(['+', '-']).unwrap_or(&written);
    let Some(body) = body.strip_prefix('P') else {
        return Err(OTHER);
    };
    let (date, time) = match body.split_once('T') {
        Some((_, "")) => return Err("there is nothing after the T"),
        Some((date, time)) => (date, Some(time)),
        None => (body, None),
    };
    if date.is_empty() && time.is_none() {
        return Err("it has no amount");
    }
    let whole = follows(date, DATE) && time.is_none_or(|time| follows(time, TIME));
    // Only the smallest amount may have a fraction.
    let fractions = body.matches('.').count();
    let fraction = time.unwrap_or(date).trim_end_matches(|c: char| c.is_ascii_uppercase());
    let last = fraction.rsplit(|c: char| c.is_ascii_uppercase()).next().unwrap_or_default();
    if whole && (fractions == 0 || (fractions == 1 && last.contains('.'))) {
        return Ok(written);
    }
    Err(OTHER)
}

/// Whether a text is amounts with these units, each at most once and in this order.
fn follows(text: &str, units: &str) -> bool {
    let mut units = units;
    let mut rest = text;
    while !rest.is_empty() {
        let Some((_, after)) = digits(rest, 1, 18) else {
            return false;
        };
        let after = match after.strip_prefix('.') {
            Some(fraction) => digits(fraction, 1, 18).map_or("", |(_, after)| after),
            None => after,
        };
        let unit = after.chars().next();
        let Some((_, left)) = unit.and_then(|unit| units.split_once(unit)) else {
            return false;
        };
        units = left;
        rest = after.get(1..).unwrap_or_default();
    }
    true
}
