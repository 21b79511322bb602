//! A ColBERTv2 server, and servers that are not what they should be.

use std::time::Duration;

use dspy::lm::LmError;
use dspy::retrieve::{ColBertV2, RetrieveError, Retriever};
use serde_json::json;

use super::fault::{FaultServer, Step, head, json as answer, whole};
use super::ids;

fn at(server: &FaultServer) -> String {
    server.base().replace("/v1", "/api/search")
}

fn topk() -> serde_json::Value {
    json!({"query": "x", "topk": [
        {"text": "Tea | from Assam", "pid": 17, "rank": 1, "score": 25.5, "prob": 0.7},
        {"text": "Coffee", "pid": "c-3", "rank": 2, "score": 20.25, "prob": 0.2},
        {"text": "Rail", "rank": 3},
    ]})
}

fn failure(error: RetrieveError) -> LmError {
    match error {
        RetrieveError::Service(error) => *error,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn it_asks_and_reads_as_the_reference_does() {
    let server = FaultServer::always(answer(200, &[], &topk())).await;
    let colbert = ColBertV2::builder(format!("{}?index=wiki", at(&server)))
        .header("x-token", "s3cret-token")
        .build()
        .unwrap();
    let found = colbert.retrieve("tea & coffee, 100 %?", 2).await.unwrap();
    assert_eq!(ids(&found), ["17", "c-3"]);
    assert_eq!((found[0].text.as_str(), found[0].score), ("Tea | from Assam", 25.5));
    assert_eq!(found[0].metadata["prob"], 0.7);
    let third = colbert.retrieve("x", 3).await.unwrap().remove(2);
    assert_eq!((third.id.as_str(), third.score), ("3", 0.0));

    let asked = server.asked();
    // The server writes heads down in lower case.
    let line = asked[0].head.lines().next().unwrap();
    assert_eq!(line, "get /api/search?index=wiki&query=tea+%26+coffee%2c+100+%25%3f&k=2 http/1.1");
    assert!(asked[0].head.contains("x-token: s3cret-token"));
    assert!(!format!("{colbert:?}").contains("s3cret"));
    assert!(colbert.retrieve("x", 0).await.unwrap().is_empty());
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn failures_have_types() {
    let cases = [
        (answer(500, &[], &json!({"error": "index gone"})), "try again later", true),
        (answer(429, &[], &json!({})), "too many requests", true),
        (answer(404, &[], &json!({})), "", false),
        (
            answer(200, &[], &json!({"error": true, "message": "no index"})),
            "no `topk` in it; it says \"no index\"",
            false,
        ),
        (answer(200, &[], &json!({"topk": [{"pid": 1}]})), "missing field `text`", false),
        (
            whole(200, &[], "<html><title>Login</title></html>"),
            "an HTML page titled \"Login\"",
            false,
        ),
    ];
    for (steps, words, retryable) in cases {
        let server = FaultServer::always(steps).await;
        let colbert = ColBertV2::new(at(&server)).unwrap();
        let error = colbert.retrieve("x", 3).await.unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(error.is_retryable(), retryable, "{error}");
        failure(error);
    }
    let nobody = ColBertV2::new("http://127.0.0.1:1/api/search").unwrap();
    let error = failure(nobody.retrieve("x", 3).await.unwrap_err());
    assert!(matches!(error, LmError::Transport { .. }), "{error}");
}

#[tokio::test]
async fn time_and_size_are_limited() {
    let server = FaultServer::always(vec![Step::Stall]).await;
    let limit = Duration::from_millis(100);
    let colbert = ColBertV2::builder(at(&server)).timeout(limit).build().unwrap();
    let error = failure(colbert.retrieve("x", 3).await.unwrap_err());
    assert!(matches!(error, LmError::Timeout { after, .. } if after == limit), "{error}");

    let steps = vec![Step::Send(head(200, &[], 1 << 20)), Step::Send(vec![b' '; 1 << 20])];
    let server = FaultServer::always(steps).await;
    let colbert = ColBertV2::builder(at(&server)).max_answer_bytes(1000).build().unwrap();
    let error = failure(colbert.retrieve("x", 3).await.unwrap_err());
    assert!(error.to_string().contains("longer than 1000 bytes"), "{error}");
}

#[test]
fn addresses_are_checked_and_not_shown() {
    for wrong in ["localhost:8893", "ftp://host/x", "http://user:hunter2@host/x", "http://"] {
        let error = ColBertV2::new(wrong).unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert!(matches!(failure(error), LmError::Config { .. }));
    }
    let error = ColBertV2::builder("http://host").header("a b", "x").build().unwrap_err();
    assert!(matches!(failure(error), LmError::Config { .. }));
}
