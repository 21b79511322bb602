//! What a server's headers say beside the answer: request id, limits, when to come back.

use std::time::{Duration, SystemTime};

use reqwest::header::HeaderMap;

use super::super::response::RateLimit;
use super::wait;

/// The id under which the provider's support desk finds the request.
pub(in crate::lm) fn request_id(headers: &HeaderMap) -> Option<&str> {
    ["x-request-id", "request-id", "apim-request-id"]
        .into_iter()
        .find_map(|name| text(headers, name))
        .filter(|id| !id.is_empty())
}

/// The wait a server asks for: `retry-after-ms` goes before `retry-after`, which may be seconds or
/// a date.
pub(in crate::lm) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    if let Some(milliseconds) =
        text(headers, "retry-after-ms").and_then(|ms| ms.parse::<f64>().ok())
        && let Ok(wait) = Duration::try_from_secs_f64(milliseconds / 1000.0)
    {
        return Some(wait);
    }
    let after = text(headers, "retry-after")?;
    wait::leading(after).or_else(|| {
        let date = httpdate::parse_http_date(after).ok()?;
        // By the server's own clock where it says the time: ours may be wrong.
        let now = text(headers, "date").and_then(|now| httpdate::parse_http_date(now).ok());
        Some(date.duration_since(now.unwrap_or_else(SystemTime::now)).unwrap_or_default())
    })
}

/// The server's own word on whether to try again.
pub(in crate::lm) fn should_retry(headers: &HeaderMap) -> Option<bool> {
    text(headers, "x-should-retry")?.parse().ok()
}

/// What the server said of its limits; `None` where it said nothing.
pub(in crate::lm) fn rate_limit(headers: &HeaderMap) -> Option<RateLimit> {
    let count = |name| text(headers, name)?.parse().ok();
    let time = |name| wait::leading(text(headers, name)?);
    let limit = RateLimit {
        remaining_requests: count("x-ratelimit-remaining-requests"),
        remaining_tokens: count("x-ratelimit-remaining-tokens"),
        reset_requests: time("x-ratelimit-reset-requests"),
        reset_tokens: time("x-ratelimit-reset-tokens"),
    };
    (limit != RateLimit::default()).then_some(limit)
}

/// Whether the answer is one JSON text.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let kind = text(headers, "content-type").and_then(|kind| kind.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// Where a redirect points.
pub(in crate::lm) fn location(headers: &HeaderMap) -> Option<&str> {
    text(headers, "location")
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}
