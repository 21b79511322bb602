//! When it asks again.

use std::time::{Duration, Instant};

use dspy::lm::{LanguageModel, Lm, LmError, Retry};

use super::support::{Answer, Server};
use super::{KEY, builder, client, question, shown};

/// The default policy, in a hurry.
fn hasty(server: &Server) -> Retry<dspy::lm::OpenAi> {
    Retry::new(client(server)).with_base(Duration::from_millis(2))
}

fn limited() -> Answer {
    Answer::error(429, "rate_limit_exceeded", "slow down")
}

fn broken() -> Answer {
    Answer::error(500, "server_error", "oops")
}

#[tokio::test]
async fn a_passing_failure_is_overcome() {
    for failure in [limited(), broken(), Answer::text("x").cut(), Answer::error(409, "x", "x")] {
        let server = Server::start([failure, Answer::text("Paris.")]).await;
        let lm = Lm::from_model(hasty(&server));
        let response = lm.generate(&question()).await.unwrap();
        assert_eq!(response.completions[0].joined_text(), "Paris.");
        assert_eq!(server.seen().len(), 2);
    }
}

#[tokio::test]
async fn a_lasting_failure_is_given_up() {
    let server = Server::start([broken()]).await;
    let error = hasty(&server).generate(&question()).await.unwrap_err();
    let LmError::RetriesExhausted { attempts, elapsed, last } = &error else {
        panic!("unexpected {error:?}");
    };
    assert_eq!((*attempts, server.seen().len()), (8, 8));
    assert!(*elapsed > Duration::ZERO && matches!(**last, LmError::Server(_)));
    assert!(!error.is_retryable() && error.status() == Some(500));
    let text = shown(&error);
    assert!(text.contains("gave up after 8 attempts") && text.contains("oops"), "{text}");
    assert!(!text.contains(KEY));
}

#[tokio::test]
async fn the_number_of_attempts_can_be_set() {
    for (attempts, expected) in [(0, 1), (1, 1), (3, 3)] {
        let server = Server::start([broken()]).await;
        let error = hasty(&server).with_attempts(attempts).generate(&question()).await.unwrap_err();
        assert_eq!(server.seen().len(), expected);
        // One attempt is no retry: its error comes as it is.
        assert_eq!(matches!(error, LmError::Server(_)), expected == 1, "{error:?}");
    }
}

#[tokio::test]
async fn a_final_failure_is_not_repeated() {
    for answer in [
        Answer::error(400, "x", "bad"),
        Answer::error(401, "x", "who?"),
        Answer::error(404, "x", "what?"),
        Answer::error(429, "insufficient_quota", "pay"),
        Answer::error(400, "context_length_exceeded", "too long"),
        broken().header("x-should-retry", "false"),
    ] {
        let server = Server::start([answer, Answer::text("Paris.")]).await;
        let error = hasty(&server).generate(&question()).await.unwrap_err();
        assert!(!matches!(error, LmError::RetriesExhausted { .. }), "{error:?}");
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_final_failure_after_a_retry_keeps_its_kind() {
    let server = Server::start([broken(), Answer::error(401, "x", "who?")]).await;
    let error = hasty(&server).generate(&question()).await.unwrap_err();
    assert!(matches!(error, LmError::RetriesExhausted { attempts: 2, .. }) && error.is_auth());
}

#[tokio::test]
async fn the_servers_wait_is_the_least() {
    let server =
        Server::start([limited().header("retry-after-ms", "120"), Answer::text("x")]).await;
    let start = Instant::now();
    hasty(&server).generate(&question()).await.unwrap();
    assert!(start.elapsed() >= Duration::from_millis(120));
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn too_long_a_wait_is_not_waited() {
    let server = Server::start([limited().header("retry-after", "61"), Answer::text("x")]).await;
    let start = Instant::now();
    let error = hasty(&server).generate(&question()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(61)));
    let two = limited().header("retry-after", "2");
    let server = Server::start([two, Answer::text("x")]).await;
    let patience = Duration::from_secs(1);
    for lm in [hasty(&server).with_max_wait(patience), hasty(&server).with_total(patience)] {
        let before = server.seen().len();
        let failed = lm.generate(&question()).await;
        // The second round meets the good answer; only the first has anything to wait for.
        assert_eq!((failed.is_err(), server.seen().len()), (before == 0, before + 1));
    }
    assert!(start.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn the_total_time_bounds_the_attempts() {
    let slow = broken().after(Duration::from_millis(60));
    let server = Server::start([slow]).await;
    let lm = hasty(&server).with_attempts(1000).with_total(Duration::from_millis(200));
    let error = lm.generate(&question()).await.unwrap_err();
    let LmError::RetriesExhausted { attempts, .. } = error else { panic!("unexpected {error:?}") };
    assert!((2..=4).contains(&attempts), "{attempts}");
    assert_eq!(server.seen().len(), attempts as usize);
}

#[tokio::test]
async fn a_timeout_is_tried_again() {
    let late = Answer::text("late").after(Duration::from_secs(30));
    let server = Server::start([late, Answer::text("Paris.")]).await;
    let client = builder(&server).timeout(Duration::from_millis(200)).build().unwrap();
    let lm = Retry::new(client).with_base(Duration::from_millis(1));
    assert!(lm.generate(&question()).await.is_ok());
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn opening_a_stream_is_tried_again() {
    let server = Server::start([broken(), Answer::text("Paris.")]).await;
    assert!(hasty(&server).stream(&question()).await.is_ok());
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_handle_retries_by_default() {
    let server =
        Server::start([limited().header("retry-after-ms", "1"), Answer::text("Paris.")]).await;
    let lm = client(&server).into_lm();
    assert_eq!(lm.name(), "openai/test-model");
    assert_eq!(lm.capabilities(), client(&server).capabilities());
    assert!(lm.generate(&question()).await.is_ok());
    assert_eq!(server.seen().len(), 2);
}
