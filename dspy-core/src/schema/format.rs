//! The `format`s of texts: how a prompt speaks of them.

use serde_json::Value;

use super::{choices, resolve};

/// A form of text that schemas name.
#[derive(Debug)]
pub(crate) struct Format {
    /// Its name in a schema.
    pub(crate) name: &'static str,
    /// The word for the type.
    pub(crate) type_name: &'static str,
    /// What it is, with an example.
    pub(crate) words: &'static str,
}

/// All formats that are checked; others say nothing.
const FORMATS: [Format; 14] = [
    format("date", "date", "a date, such as 2024-01-31"),
    format("time", "time", "a time of day with its zone, such as 13:45:00Z"),
    format("partial-time", "time", "a time of day, such as 13:45:00"),
    format(
        "date-time",
        "date and time",
        "a date and time with its zone, such as 2024-01-31T13:45:00Z",
    ),
    format(
        "partial-date-time",
        "date and time",
        "a date and time without a zone, such as 2024-01-31T13:45:00",
    ),
    format(
        "zoned-date-time",
        "date and time",
        "a date and time with the name of its zone, such as 2024-01-31T13:45:00+01:00[Europe/Paris]",
    ),
    format("duration", "duration", "a duration in ISO 8601, such as P1DT2H30M"),
    format("email", "email address", "an email address, such as ada@example.org"),
    format("hostname", "host name", "a host name, such as www.example.org"),
    format("uri", "URI", "an absolute URI, such as https://example.org/page"),
    format("uuid", "UUID", "a UUID, such as 67e55044-10b1-426f-9247-bb680e5fe0c8"),
    format("ipv4", "IPv4 address", "an IPv4 address, such as 192.0.2.1"),
    format("ipv6", "IPv6 address", "an IPv6 address, such as 2001:db8::1"),
    format("ip", "IP address", "an IP address, such as 192.0.2.1 or 2001:db8::1"),
];

const fn format(name: &'static str, type_name: &'static str, words: &'static str) -> Format {
    Format { name, type_name, words }
}

/// The format of a (resolved) schema's texts, if it names one that is known.
pub(crate) fn format_of(schema: &Value) -> Option<&'static Format> {
    let name = schema.get("format")?.as_str()?;
    let texts = match schema.get("type")? {
        Value::Array(kinds) => kinds.iter().any(|kind| kind == "string"),
        kind => kind == "string",
    };
    FORMATS.iter().find(|format| texts && format.name == name)
}

/// Whether every text is a value of the schema, but for its length.
pub(crate) fn is_plain_text(root: &Value, schema: &Value) -> bool {
    let resolved = resolve(root, schema);
    resolved.get("type").is_some_and(|kind| kind == "string")
        && choices(root, resolved).is_none()
        && format_of(resolved).is_none()
}
