//! What headers say of a provider's limits.

use std::time::{Duration, SystemTime};

use dspy::lm::RateLimit;

use super::answered;
use super::support::Answer;

async fn limit(headers: &[(&str, &str)]) -> Option<RateLimit> {
    let answer = headers
        .iter()
        .fold(Answer::text("fine"), |answer, (name, value)| answer.header(name, value));
    answered(answer).await.unwrap().rate_limit
}

#[tokio::test]
async fn lengths_of_time_of_many_kinds() {
    for (written, expected) in [
        ("1s", Some(Duration::from_secs(1))),
        ("6m0s", Some(Duration::from_secs(360))),
        ("20ms", Some(Duration::from_millis(20))),
        ("2m59.56s", Some(Duration::from_secs_f64(179.56))),
        ("1h2m3s", Some(Duration::from_secs(3723))),
        ("60", Some(Duration::from_secs(60))),
        ("0.5", Some(Duration::from_millis(500))),
        ("", None),
        ("soon", None),
        ("-3s", None),
    ] {
        let headers =
            [("x-ratelimit-remaining-requests", "9"), ("x-ratelimit-reset-tokens", written)];
        let limit = limit(&headers).await.unwrap();
        assert_eq!(
            (limit.remaining_requests, limit.reset_tokens),
            (Some(9), expected),
            "{written}"
        );
    }
    assert_eq!(limit(&[]).await, None);
    assert_eq!(limit(&[("x-ratelimit-remaining-requests", "many")]).await, None);
}

#[tokio::test]
async fn points_in_time_as_anthropic_gives_them() {
    // Written by another hand than ours: the date of HTTP says what moment is meant.
    let then = SystemTime::now() + Duration::from_secs(3600);
    let date = httpdate::fmt_http_date(then);
    // `Sun, 06 Nov 1994 08:49:37 GMT`
    let words: Vec<&str> = date.split(' ').collect();
    let months =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = 1 + months.iter().position(|name| *name == words[2]).unwrap();
    let day = format!("{}-{month:02}-{}T{}", words[3], words[1], words[4]);
    for written in
        [format!("{day}Z"), format!("{day}.25Z"), format!("{day}+00:00"), format!("{day}-00:30")]
    {
        let headers = [
            ("anthropic-ratelimit-requests-limit", "50"),
            ("anthropic-ratelimit-requests-remaining", "49"),
            ("anthropic-ratelimit-requests-reset", &*written),
            ("anthropic-ratelimit-tokens-remaining", "40000"),
            ("anthropic-ratelimit-input-tokens-remaining", "1"),
            ("anthropic-ratelimit-tokens-reset", "1994-11-06T08:49:37Z"),
        ];
        let limit = limit(&headers).await.unwrap();
        assert_eq!((limit.remaining_requests, limit.remaining_tokens), (Some(49), Some(40_000)));
        let later = if written.ends_with("30") { 1800 } else { 0 };
        let seconds = limit.reset_requests.unwrap().as_secs() - later;
        assert!((3500..=3600).contains(&seconds), "{written}: {seconds}");
        // A moment that is over.
        assert_eq!(limit.reset_tokens, Some(Duration::ZERO));
    }
    for nonsense in ["2026-13-01T00:00:00Z", "2026-11-21", "2026-11-21T25:00:00Z", "T", "tomorrow"]
    {
        let headers = [
            ("anthropic-ratelimit-requests-remaining", "1"),
            ("anthropic-ratelimit-requests-reset", nonsense),
        ];
        assert_eq!(limit(&headers).await.unwrap().reset_requests, None, "{nonsense}");
    }
}
