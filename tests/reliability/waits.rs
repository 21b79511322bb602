//! The dates that servers say to come back at.

use std::time::{Duration, SystemTime};

use dspy::lm::{LanguageModel, LmError, Retry};
use tokio::time::Instant;

use super::fault::{FaultServer, error, good};
use super::{client, failed, hasty, ms, question};

async fn asks_for(headers: &[(&str, &str)]) -> FaultServer {
    let refusal = error(429, "rate_limit_exceeded", headers);
    FaultServer::turns(vec![refusal, good()]).await
}

fn date(time: SystemTime) -> String {
    httpdate::fmt_http_date(time)
}

#[tokio::test]
async fn a_date_in_the_past_is_no_wait() {
    let long_ago = date(SystemTime::now() - Duration::from_secs(86_400 * 365));
    let server = asks_for(&[("retry-after", long_ago.as_str())]).await;
    let start = Instant::now();
    hasty(client(&server)).generate(&question()).await.unwrap();
    assert!(start.elapsed() < ms(2000));
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn a_date_far_ahead_is_not_waited_for() {
    for when in ["Fri, 01 Jan 2100 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        let server = asks_for(&[("retry-after", when)]).await;
        let start = Instant::now();
        let error = failed(&Retry::new(client(&server))).await;
        assert!(matches!(error, LmError::RateLimit(_)), "{error:?}");
        assert!(error.retry_after().is_some_and(|wait| wait > Duration::from_secs(86_400)));
        assert!(start.elapsed() < ms(2000));
        assert_eq!(server.requests(), 1);
    }
}

#[tokio::test]
async fn a_date_is_read_by_the_servers_clock() {
    // The server lives in 1994, and wants to be left alone for one second.
    let epoch = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    let (now, then) = (date(epoch), date(epoch + Duration::from_secs(1)));
    let server = asks_for(&[("date", now.as_str()), ("retry-after", then.as_str())]).await;
    let start = Instant::now();
    hasty(client(&server)).generate(&question()).await.unwrap();
    assert!(start.elapsed() >= ms(1000) && start.elapsed() < ms(5000), "{:?}", start.elapsed());
    // One that lives in 2090 does not keep us for decades.
    let epoch = SystemTime::UNIX_EPOCH + Duration::from_secs(3_786_912_000);
    let (now, then) = (date(epoch), date(epoch + Duration::from_secs(1)));
    let server = asks_for(&[("date", now.as_str()), ("retry-after", then.as_str())]).await;
    hasty(client(&server)).generate(&question()).await.unwrap();
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn nonsense_is_no_wait() {
    for nonsense in ["soon", "", "-5", "NaN", "1e400", "Fri, 99 Foo 2100"] {
        let server = asks_for(&[("retry-after", nonsense)]).await;
        let start = Instant::now();
        hasty(client(&server)).generate(&question()).await.unwrap();
        assert!(start.elapsed() < ms(2000), "{nonsense}");
        assert_eq!(server.requests(), 2);
    }
}

#[tokio::test]
async fn the_servers_word_goes_before_the_status() {
    for (status, word, requests) in [(500, "false", 1), (400, "true", 2)] {
        let refusal = error(status, "x", &[("x-should-retry", word)]);
        let server = FaultServer::turns(vec![refusal, good()]).await;
        let answer = hasty(client(&server)).generate(&question()).await;
        assert_eq!((server.requests(), answer.is_ok()), (requests, requests == 2));
    }
}
