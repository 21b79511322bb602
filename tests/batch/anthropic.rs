//! Anthropic's batches.

use dspy::lm::{
    Anthropic, AnthropicBatches, BatchCounts, BatchId, BatchModel, BatchState, LmError, Settings,
};
use serde_json::{Value, json};

use super::support::{Answer, Server};
use super::{KEY, lines, requests, texts};

fn client(server: &Server) -> AnthropicBatches {
    Anthropic::builder("claude-haiku-4-5")
        .api_base(server.base())
        .api_key(KEY)
        .env(|_| None)
        .build_batch()
        .unwrap()
}

fn batch(status: &str, counts: Value, results: Option<String>) -> Answer {
    Answer::json(
        200,
        json!({
            "id": "msgbatch_1",
            "type": "message_batch",
            "processing_status": status,
            "request_counts": counts,
            "results_url": results,
        }),
    )
}

fn id() -> BatchId {
    BatchId::new("msgbatch_1")
}

fn result(id: &str, result: Value) -> Value {
    json!({"custom_id": id, "result": result})
}

fn message(text: &str) -> Value {
    json!({"type": "succeeded", "message": {
        "content": [{"type": "text", "text": text}], "stop_reason": "end_turn",
    }})
}

#[tokio::test]
async fn all_requests_go_in_one_body() {
    let server = Server::start([batch("in_progress", json!({}), None)]).await;
    assert_eq!(client(&server).submit(&requests(&["One?", "Two?"])).await.unwrap(), id());
    let seen = server.only();
    assert_eq!(seen.line, "POST /v1/messages/batches HTTP/1.1");
    assert_eq!(seen.header("x-api-key"), Some(KEY));
    assert_eq!(seen.header("anthropic-version"), Some("2023-06-01"));
    let params = |text: &str| {
        json!({
            "model": "claude-haiku-4-5",
            "messages": [{"role": "user", "content": [{"type": "text", "text": text}]}],
            "max_tokens": 8192,
        })
    };
    assert_eq!(
        seen.json(),
        json!({"requests": [
            {"custom_id": "request-0", "params": params("One?")},
            {"custom_id": "request-1", "params": params("Two?")},
        ]})
    );
}

#[tokio::test]
async fn what_cannot_be_asked_is_an_error_before_the_call() {
    let server = Server::start([batch("in_progress", json!({}), None)]).await;
    let mut several = requests(&["One?"]);
    several[0].settings = Settings::default().with_n(2);
    let error = client(&server).submit(&several).await.unwrap_err();
    assert!(matches!(error, LmError::Unsupported { .. }), "{error:?}");
    let mut hot = requests(&["One?"]);
    hot[0].settings = Settings::default().with_temperature(f64::NAN);
    assert!(client(&server).submit(&hot).await.is_err());
    assert!(matches!(client(&server).submit(&[]).await, Err(LmError::Config { .. })));
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn how_far_it_has_come() {
    let counts = json!({
        "processing": 1, "succeeded": 2, "errored": 3, "canceled": 0, "expired": 0,
    });
    for (status, counts, state, all) in [
        ("in_progress", counts.clone(), BatchState::Running, (6, 2, 3)),
        ("canceling", counts.clone(), BatchState::Cancelling, (6, 2, 3)),
        ("a_state_of_tomorrow", json!(null), BatchState::Running, (0, 0, 0)),
        ("ended", counts, BatchState::Completed, (6, 2, 3)),
        ("ended", json!({"expired": 2, "succeeded": 1}), BatchState::Expired, (3, 1, 2)),
        ("ended", json!({"canceled": 2, "expired": 1}), BatchState::Cancelled, (3, 0, 3)),
    ] {
        let server = Server::start([batch(status, counts, None)]).await;
        let read = client(&server).poll(&id()).await.unwrap();
        assert_eq!((&read.state, read.raw.as_str()), (&state, status));
        assert_eq!(read.counts, BatchCounts::new(all.0, all.1, all.2));
        assert_eq!(server.only().line, "GET /v1/messages/batches/msgbatch_1 HTTP/1.1");
    }
    let server = Server::start([batch("canceling", json!({}), None)]).await;
    client(&server).cancel(&BatchId::new("../../evil?x")).await.unwrap();
    assert_eq!(server.only().line, "POST /v1/messages/batches/..%2F..%2Fevil%3Fx/cancel HTTP/1.1");
}

#[tokio::test]
async fn results_without_order() {
    let results = lines(&[
        result("request-3", json!({"type": "expired"})),
        result("request-1", message("two")),
        result(
            "request-2",
            json!({"type": "errored", "error": {"type": "error", "error": {
                "type": "invalid_request_error", "message": format!("max_tokens {KEY}"),
            }}}),
        ),
        result("request-0", message("one")),
        result("request-4", json!({"type": "canceled"})),
        result("request-5", json!({"type": "a_result_of_tomorrow"})),
    ]);
    // The address of results is relative here, and absolute elsewhere.
    let server = Server::start([
        batch("ended", json!({"succeeded": 7}), Some("/v1/messages/batches/x/results".into())),
        Answer::raw(200, "application/x-jsonl", results),
    ])
    .await;
    let answers = client(&server).fetch(&id()).await.unwrap();
    assert_eq!(server.seen()[1].line, "GET /v1/messages/batches/x/results HTTP/1.1");
    assert_eq!(server.seen()[1].header("x-api-key"), Some(KEY));
    assert_eq!(answers.len(), 7);
    let shown = texts(&answers);
    assert_eq!(shown[..2], ["one", "two"]);
    assert!(matches!(answers[2], Err(LmError::InvalidRequest(_))), "{:?}", answers[2]);
    assert!(shown[2].contains("max_tokens") && !format!("{answers:?}").contains("canary"));
    assert!(shown[3].contains("expired") && answers[3].as_ref().unwrap_err().is_retryable());
    assert!(shown[4].contains("cancelled"));
    assert!(matches!(answers[5], Err(LmError::Decode { .. })));
    assert!(shown[6].contains("without an answer"));
}

#[tokio::test]
async fn the_key_goes_to_no_other_host() {
    let other = Server::start([Answer::raw(200, "application/x-jsonl", "")]).await;
    let address = format!("http://{}/results?token=canary", other.address());
    let server = Server::start([batch("ended", json!({}), Some(address))]).await;
    let error = client(&server).fetch(&id()).await.unwrap_err();
    assert!(matches!(error, LmError::Config { .. }), "{error:?}");
    assert!(error.to_string().contains("the key is not sent there"), "{error}");
    assert!(!error.to_string().contains("canary"), "{error}");
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn results_that_are_none() {
    let server = Server::start([batch("in_progress", json!({}), None)]).await;
    let early = client(&server).fetch(&id()).await.unwrap_err();
    assert!(early.to_string().contains("not over yet (in_progress)"), "{early}");
    let server = Server::start([batch("ended", json!({}), None)]).await;
    let gone = client(&server).fetch(&id()).await.unwrap_err();
    assert!(gone.to_string().contains("has no results"), "{gone}");
    for (body, fault) in [
        ("Paris", "line 1 of the results is no JSON"),
        ("\n{\"custom_id\": \"mine\"}", "line 2 of the results belongs to no request"),
        ("{}", "line 1 of the results belongs to no request"),
    ] {
        let ended = batch("ended", json!({"succeeded": 1}), Some("/r".into()));
        let server = Server::start([ended, Answer::raw(200, "text/plain", body)]).await;
        let error = client(&server).fetch(&id()).await.unwrap_err();
        assert!(error.to_string().contains(fault), "{error}");
    }
    let server = Server::start([Answer::json(200, json!({}))]).await;
    let error = client(&server).submit(&requests(&["One?"])).await.unwrap_err();
    assert!(error.to_string().contains("`id` of the batch"), "{error}");
}

#[test]
fn debug_shows_no_secret() {
    let client = Anthropic::builder("claude-haiku-4-5").api_key(KEY).env(|_| None);
    let text = format!("{:?}", client.build_batch().unwrap());
    assert!(text.contains("anthropic/claude-haiku-4-5") && !text.contains("canary"), "{text}");
}
