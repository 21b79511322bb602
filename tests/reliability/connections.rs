//! Connections that were kept, and addresses that point elsewhere.

use dspy::lm::{LanguageModel, LmError};
use tokio::time::{Instant, sleep};

use super::fault::{FaultServer, Step, good, whole};
use super::{KEY, client, failed, ms, question, text};

/// Answers the first request of each connection and drops the second.
async fn forgetful(last: Step) -> FaultServer {
    FaultServer::start(move |asked| match asked.number {
        1 => vec![last.clone()],
        _ => good(),
    })
    .await
}

/// A moment, so that the client can put its connection away.
async fn kept() {
    sleep(ms(30)).await;
}

#[tokio::test]
async fn a_kept_connection_that_is_dead_is_replaced_at_once() {
    for last in [Step::Close, Step::Reset] {
        let server = forgetful(last.clone()).await;
        // A wait would be seen.
        let lm = dspy::lm::Retry::new(client(&server)).with_base(ms(60_000));
        lm.generate(&question()).await.unwrap();
        kept().await;
        let start = Instant::now();
        let response = lm.generate(&question()).await.unwrap();
        assert_eq!(text(&response), "Paris.");
        assert!(start.elapsed() < ms(2000));
        assert_eq!((server.requests(), server.connections()), (3, 2));

        let server = forgetful(last).await;
        let client = client(&server);
        client.generate(&question()).await.unwrap();
        kept().await;
        let error = failed(&client).await;
        assert!(matches!(error, LmError::StaleConnection { .. }), "{error:?}");
        assert!(error.is_retryable() && error.is_outage());
    }
}

#[tokio::test]
async fn a_new_connection_that_is_dropped_is_a_failure() {
    for last in [Step::Close, Step::Reset] {
        let server = FaultServer::always(vec![last]).await;
        let error = failed(&client(&server)).await;
        assert!(matches!(error, LmError::Transport { .. }), "{error:?}");
        assert_eq!(server.requests(), 1);
    }
}

#[tokio::test]
async fn a_connection_that_the_server_closes_unused_is_not_noticed() {
    let mut steps = good();
    steps.extend([Step::Wait(ms(10)), Step::Close]);
    let server = FaultServer::always(steps).await;
    let client = client(&server);
    for _ in 0..3 {
        client.generate(&question()).await.unwrap();
        sleep(ms(60)).await;
    }
    assert_eq!((server.requests(), server.connections()), (3, 3));
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = FaultServer::always(good()).await;
    let client = client(&server);
    for _ in 0..10 {
        client.generate(&question()).await.unwrap();
        kept().await;
    }
    assert_eq!((server.requests(), server.connections()), (10, 1));
}

#[tokio::test]
async fn the_key_does_not_follow_a_redirect() {
    let other = FaultServer::always(good()).await;
    for status in [301, 302, 303, 307, 308] {
        let target = format!("{}/chat/completions", other.base());
        let server = FaultServer::always(whole(status, &[("location", target.as_str())], "")).await;
        let error = failed(&client(&server)).await;
        assert!(error.to_string().contains("redirect"), "{error}");
        assert!(!error.is_retryable(), "{error:?}");
        assert!(server.asked()[0].head.contains(KEY), "the server itself gets it");
    }
    assert_eq!((other.connections(), other.requests()), (0, 0));
}
