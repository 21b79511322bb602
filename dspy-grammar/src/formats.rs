//! The formats of texts that fields can ask for.

/// What `format = "…"` takes: the names of JSON Schema that the runtime knows how to check.
pub const FORMATS: [&str; 10] =
    ["date", "time", "date-time", "duration", "email", "uri", "uuid", "ipv4", "ipv6", "hostname"];
