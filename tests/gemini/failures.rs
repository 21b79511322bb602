//! Failures that the API reports.

use std::time::Duration;

use dspy::lm::{LanguageModel, LmError};
use serde_json::{Value, json};

use super::support::{Answer, Server};
use super::{KEY, answered, client, question};

fn failure(status: u16, word: &str, message: &str, details: Value) -> Value {
    json!({"error": {"code": status, "message": message, "status": word, "details": details}})
}

#[tokio::test]
async fn failures_have_their_kinds() {
    let invalid = |message: &str| failure(400, "INVALID_ARGUMENT", message, json!([]));
    type Check = fn(&LmError) -> bool;
    let cases: [(u16, Value, Check); 9] = [
        (400, invalid("Unknown name \"x\""), |e| matches!(e, LmError::InvalidRequest(_))),
        (400, invalid("API key not valid. Please pass a valid API key."), LmError::is_auth),
        (400, invalid("API key expired. Please renew the API key."), LmError::is_auth),
        (
            400,
            invalid("The input token count (9) exceeds the maximum number of tokens allowed (8)."),
            LmError::is_context_window,
        ),
        (403, failure(403, "PERMISSION_DENIED", "no", json!([])), LmError::is_auth),
        (404, failure(404, "NOT_FOUND", "models/x is not found", json!([])), |e| {
            matches!(e, LmError::NotFound(_))
        }),
        (500, failure(500, "INTERNAL", "oops", json!([])), LmError::is_retryable),
        (503, failure(503, "UNAVAILABLE", "overloaded", json!([])), LmError::is_retryable),
        (504, failure(504, "DEADLINE_EXCEEDED", "late", json!([])), LmError::is_retryable),
    ];
    for (status, body, check) in cases {
        // Some endpoints wrap the error in a list of one.
        for body in [body.clone(), json!([body])] {
            let error = answered(Answer::json(status, body)).await.unwrap_err();
            assert!(check(&error), "{error:?}");
            assert_eq!(error.status(), Some(status));
        }
    }
}

#[tokio::test]
async fn a_wait_stands_in_the_body_and_a_daily_quota_is_no_wait() {
    let retry = json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "46s"});
    let body = failure(429, "RESOURCE_EXHAUSTED", "quota", json!([retry]));
    let error = answered(Answer::json(429, body)).await.unwrap_err();
    assert!(matches!(error, LmError::RateLimit(_)), "{error:?}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(46)));
    let daily = json!({"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]});
    let body = failure(429, "RESOURCE_EXHAUSTED", "quota", json!([daily, retry]));
    let error = answered(Answer::json(429, body)).await.unwrap_err();
    assert!(matches!(error, LmError::Billing(_)) && !error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn an_error_under_success_is_an_error() {
    let body = failure(503, "UNAVAILABLE", "overloaded", json!([]));
    for body in [body.clone(), json!([body])] {
        let error = answered(Answer::json(200, body)).await.unwrap_err();
        assert!(matches!(error, LmError::Server(_)), "{error:?}");
    }
}

#[tokio::test]
async fn the_key_is_blotted_out_of_what_a_server_says() {
    for answer in [
        Answer::json(400, failure(400, "INVALID_ARGUMENT", &format!("bad key {KEY}"), json!([]))),
        Answer::json(200, json!({"error": {"message": KEY}})),
        Answer::raw(200, "text/plain", KEY),
        Answer::raw(500, "text/html", format!("<html><title>{KEY}</title></html>")),
    ] {
        let server = Server::start([answer]).await;
        let client = client(&server);
        let error = client.generate(&question()).await.unwrap_err();
        let text = format!("{error} {error:?} {client:?}");
        assert!(text.contains("***") || text.contains("HTML"), "{text}");
        assert!(!text.contains("canary"), "{text}");
        assert!(!server.only().line.contains("canary"));
    }
}
