//! The `format`s of texts: dates, times, addresses.
//!
//! What is written differently and cannot mean anything else is respelled. What a reader would have
//! to know or guess (a zone, which of two numbers is the month) is refused.

mod address;
mod clock;
mod duration;

use crate::schema::Format;

/// A text in the form that its format asks for, or what keeps it from that, which may be nothing
/// in particular.
pub(super) type Read = Result<String, &'static str>;

/// Nothing in particular: it is something else altogether.
const OTHER: &str = "";

/// Reads a text by its format.
pub(super) fn read(format: &Format, text: &str) -> Read {
    match format.name {
        "date" => clock::date(text),
        "time" => clock::time(text, true),
        "partial-time" => clock::time(text, false),
        "date-time" => clock::date_time(text, true),
        "partial-date-time" => clock::date_time(text, false),
        "zoned-date-time" => clock::zoned(text),
        "duration" => duration::read(text),
        "email" => address::email(text),
        "hostname" => address::hostname(text),
        "uri" => address::uri(text),
        "uuid" => address::uuid(text),
        "ipv4" => address::ip(text, true, false),
        "ipv6" => address::ip(text, false, true),
        "ip" => address::ip(text, true, true),
        _ => Ok(text.to_owned()),
    }
}

/// What is asked for, and why the text is none.
pub(super) fn expected(format: &Format, fault: &str) -> String {
    let mut words = format.words.to_owned();
    if let Some((about, example)) = format.words.split_once("such as ") {
        let example = example.replace(" or ", "` or `");
        words = format!("{about}such as `{example}`");
    }
    if fault.is_empty() { words } else { format!("{words} ({fault})") }
}

/// So many digits and no more at the start of a text, and what follows.
fn digits(text: &str, least: usize, most: usize) -> Option<(&str, &str)> {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    (least..=most).contains(&end).then(|| text.split_at_checked(end)).flatten()
}
