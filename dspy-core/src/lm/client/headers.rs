//! What a server's headers say beside the answer: request id, limits, when to come back.

use std::time::{Duration, SystemTime};

use http::header::{HeaderMap, HeaderName};

use super::super::response::RateLimit;
use super::{moment, wait};

static REQUEST_IDS: [HeaderName; 3] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("request-id"),
    HeaderName::from_static("apim-request-id"),
];

/// The id under which the provider's support desk finds the request.
pub(in crate::lm) fn request_id(headers: &HeaderMap) -> Option<&str> {
    let id = |name| headers.get(name)?.to_str().ok().map(str::trim).filter(|id| !id.is_empty());
    REQUEST_IDS.iter().find_map(id)
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
    let mut limit = RateLimit::default();
    for (name, value) in headers {
        let name = name.as_str();
        let Some(what) = ["x-ratelimit-", "anthropic-ratelimit-"]
            .into_iter()
            .find_map(|prefix| name.strip_prefix(prefix))
        else {
            continue;
        };
        let Ok(value) = value.to_str().map(str::trim) else { continue };
        let count = || value.parse().ok();
        match what {
            "remaining-requests" | "requests-remaining" => limit.remaining_requests = count(),
            "reset-requests" | "requests-reset" => limit.reset_requests = until(value),
            "remaining-tokens" | "tokens-remaining" => limit.remaining_tokens = count(),
            "reset-tokens" | "tokens-reset" => limit.reset_tokens = until(value),
            _ => {}
        }
    }
    (limit != RateLimit::default()).then_some(limit)
}

/// The time until a limit is reset: a length of time, or Anthropic's point in time.
fn until(value: &str) -> Option<Duration> {
    // A date is the only form with this in it.
    if value.contains('-') {
        let then = moment::rfc3339(value)?;
        return Some(then.duration_since(SystemTime::now()).unwrap_or_default());
    }
    wait::leading(value)
}

/// Whether the answer comes in one piece: a JSON text, or a page where no answer is.
pub(super) fn is_whole(headers: &HeaderMap) -> bool {
    let kind = text(headers, "content-type").and_then(|kind| kind.split(';').next());
    kind.is_some_and(|kind| {
        let kind = kind.trim();
        ["application/json", "text/html"].iter().any(|whole| kind.eq_ignore_ascii_case(whole))
    })
}

/// Where a redirect points.
pub(in crate::lm) fn location(headers: &HeaderMap) -> Option<&str> {
    text(headers, "location")
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}
