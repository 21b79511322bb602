//! Dates and times as RFC 3339 has them, and their parts.

use super::{OTHER, Read, digits};

const NO_ZONE: &str = "the zone is missing";
const ZONE: &str = "it has a zone";
const NO_TIME: &str = "the time is missing";

/// `2024-01-31`.
pub(super) fn date(text: &str) -> Read {
    match day(text)? {
        (date, "") => Ok(date),
        _ => Err(OTHER),
    }
}

/// `13:45:00`, with a zone or without.
pub(super) fn time(text: &str, zoned: bool) -> Read {
    let (time, rest) = of_day(text)?;
    with_zone(time, rest, zoned)
}

/// `2024-01-31T13:45:00`, with a zone or without.
pub(super) fn date_time(text: &str, zoned: bool) -> Read {
    let (moment, rest) = moment(text)?;
    with_zone(moment, rest, zoned)
}

/// `2024-01-31T13:45:00+01:00[Europe/Paris]`, where the offset may be left out.
pub(super) fn zoned(text: &str) -> Read {
    let (moment, rest) = moment(text)?;
    let (offset, rest) = zone(rest).unwrap_or((String::new(), rest));
    let named = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match named {
        Some(name) if !name.is_empty() && !name.contains(char::is_whitespace) => {
            Ok(format!("{moment}{offset}{rest}"))
        }
        Some(_) => Err(OTHER),
        None => Err("the name of the zone is missing"),
    }
}

fn with_zone(written: String, rest: &str, zoned: bool) -> Read {
    match (zoned, rest, zone(rest)) {
        (false, "", _) => Ok(written),
        (true, "", _) => Err(NO_ZONE),
        (true, _, Some((zone, ""))) => Ok(written + &zone),
        (false, _, Some((_, ""))) => Err(ZONE),
        _ => Err(OTHER),
    }
}

fn moment(text: &str) -> Result<(String, &str), &'static str> {
    let (date, rest) = day(text)?;
    let rest = match rest.strip_prefix(['T', 't', ' ']) {
        Some(rest) => rest,
        None if rest.is_empty() => return Err(NO_TIME),
        None => return Err(OTHER),
    };
    let (time, rest) = of_day(rest.trim_start_matches(' '))?;
    Ok((format!("{date}T{time}"), rest))
}

/// A date at the start of a text. Years of more than four digits have a sign.
fn day(text: &str) -> Result<(String, &str), &'static str> {
    let unsigned = text.strip_prefix(['+', '-']);
    let sign = unsigned.and_then(|rest| text.strip_suffix(rest)).unwrap_or_default();
    let most = if sign.is_empty() { 4 } else { 6 };
    let parts = || {
        let (year, rest) = digits(unsigned.unwrap_or(text), 4, most)?;
        let (month, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        let (day, rest) = digits(rest.strip_prefix('-')?, 1, 2)?;
        Some((year, month.parse::<u32>().ok()?, day.parse::<u32>().ok()?, rest))
    };
    let (year, month, day, rest) = parts().ok_or(OTHER)?;
    if !(1..=12).contains(&month) {
        return Err("there is no such month");
    }
    if day == 0 || day > days(year.parse().unwrap_or_default(), month) {
        return Err("there is no such day");
    }
    Ok((format!("{sign}{year}-{month:02}-{day:02}"), rest))
}

/// How many days a month has. The sign of the year does not matter.
fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(400) => 29,
        2 if year.is_multiple_of(4) && !year.is_multiple_of(100) => 29,
        2 => 28,
        _ => 31,
    }
}

/// A time of day at the start of a text. Seconds that are left out are none.
fn of_day(text: &str) -> Result<(String, &str), &'static str> {
    let (hour, rest) = digits(text, 2, 2).ok_or(OTHER)?;
    let (minute, rest) = rest.strip_prefix(':').and_then(|rest| digits(rest, 2, 2)).ok_or(OTHER)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => digits(rest, 2, 2).ok_or(OTHER)?,
        None => ("00", rest),
    };
    // A leap second comes after the 59th.
    let last = if minute == "59" { "60" } else { "59" };
    if hour > "23" || minute > "59" || second > last {
        return Err("there is no such time");
    }
    let Some(fraction) = rest.strip_prefix('.') else {
        return Ok((format!("{hour}:{minute}:{second}"), rest));
    };
    let (fraction, rest) = digits(fraction, 1, 9).ok_or("the fraction has one to nine digits")?;
    Ok((format!("{hour}:{minute}:{second}.{fraction}"), rest))
}

/// A zone at the start of a text: `Z`, `UTC`, or an offset. Offsets of hours alone are whole.
fn zone(text: &str) -> Option<(String, &str)> {
    let text = text.strip_prefix(' ').unwrap_or(text);
    for utc in ["Z", "z", "UTC"] {
        if let Some(rest) = text.strip_prefix(utc) {
            return Some(("Z".to_owned(), rest));
        }
    }
    let unsigned = text.strip_prefix(['+', '-'])?;
    let sign = text.strip_suffix(unsigned)?;
    let end = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    let (hours, minutes, rest) = match end {
        4 => {
            let (both, rest) = unsigned.split_at_checked(4)?;
            let (hours, minutes) = both.split_at_checked(2)?;
            (hours, minutes, rest)
        }
        _ => {
            let (hours, rest) = digits(unsigned, 2, 2)?;
            match rest.strip_prefix(':') {
                Some(rest) => digits(rest, 2, 2).map(|(minutes, rest)| (hours, minutes, rest))?,
                None => (hours, "00", rest),
            }
        }
    };
    (hours <= "23" && minutes <= "59").then(|| (format!("{sign}{hours}:{minutes}"), rest))
}
