//! OpenAI's batches, by either of its formats.

use dspy::lm::{
    BatchCounts, BatchId, BatchModel, BatchState, LmError, OpenAi, OpenAiBatches, OpenAiResponses,
    Settings,
};
use serde_json::{Value, json};

use super::support::{Answer, Server};
use super::{KEY, lines, requests, texts};

fn client(server: &Server) -> OpenAiBatches {
    let builder = OpenAi::builder("gpt-4.1").api_base(server.base()).api_key(KEY);
    builder.env(|_| None).build_batch().unwrap()
}

fn file() -> Answer {
    Answer::json(200, json!({"id": "file-in", "object": "file", "purpose": "batch"}))
}

fn batch(status: &str) -> Value {
    json!({
        "id": "batch_1",
        "object": "batch",
        "status": status,
        "output_file_id": null,
        "error_file_id": null,
        "request_counts": {"total": 4, "completed": 2, "failed": 1},
    })
}

fn id() -> BatchId {
    BatchId::new("batch_1")
}

#[tokio::test]
async fn a_file_of_requests_and_then_the_batch() {
    let server = Server::start([file(), Answer::json(200, batch("validating"))]).await;
    let mut two = requests(&["One?", "Two?"]);
    two[1].settings = Settings::default().with_n(2);
    assert_eq!(client(&server).submit(&two).await.unwrap(), id());
    let [upload, create] = &server.seen()[..] else { panic!("two calls") };

    assert_eq!(upload.line, "POST /v1/files HTTP/1.1");
    assert_eq!(upload.header("authorization"), Some(&*format!("Bearer {KEY}")));
    let kind = upload.header("content-type").unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    assert!(boundary.len() <= 70, "the longest boundary that is allowed");
    let line = |place: usize, body: Value| {
        json!({
            "custom_id": format!("request-{place}"),
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": body,
        })
    };
    let ask = |text: &str| json!([{"role": "user", "content": text}]);
    let expected = lines(&[
        line(0, json!({"model": "gpt-4.1", "messages": ask("One?")})),
        line(1, json!({"model": "gpt-4.1", "messages": ask("Two?"), "n": 2})),
    ]);
    assert_eq!(
        String::from_utf8(upload.body.clone()).unwrap(),
        format!(
            "--{boundary}\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n\
             --{boundary}\r\ncontent-disposition: form-data; name=\"file\"; \
             filename=\"requests.jsonl\"\r\ncontent-type: application/jsonl\r\n\r\n\
             {expected}\r\n--{boundary}--\r\n"
        )
    );

    assert_eq!(create.line, "POST /v1/batches HTTP/1.1");
    assert_eq!(create.header("content-type"), Some("application/json"));
    assert_eq!(
        create.json(),
        json!({
            "input_file_id": "file-in",
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
        })
    );
}

#[tokio::test]
async fn the_other_format_and_other_spellings_of_the_address() {
    for (base, prefix) in [("", "/v1"), ("/v1/responses", "/v1"), ("/openai/v1/", "/openai/v1")] {
        let server = Server::start([file(), Answer::json(200, batch("validating"))]).await;
        let client = OpenAiResponses::builder("gpt-5")
            .api_base(format!("http://{}{base}", server.address()))
            .env(|_| None)
            .build_batch()
            .unwrap();
        client.submit(&requests(&["One?"])).await.unwrap();
        let seen = server.seen();
        assert_eq!(seen[0].line, format!("POST {prefix}/files HTTP/1.1"));
        assert!(String::from_utf8_lossy(&seen[0].body).contains(r#""url":"/v1/responses""#));
        assert_eq!(seen[1].line, format!("POST {prefix}/batches HTTP/1.1"));
        assert_eq!(seen[1].json()["endpoint"], "/v1/responses");
    }
}

#[tokio::test]
async fn how_far_it_has_come() {
    let broken = BatchState::Failed { message: "line 2: no model; too large".into() };
    for (status, state) in [
        ("validating", BatchState::Running),
        ("in_progress", BatchState::Running),
        ("finalizing", BatchState::Running),
        ("a_state_of_tomorrow", BatchState::Running),
        ("completed", BatchState::Completed),
        ("failed", broken),
        ("expired", BatchState::Expired),
        ("cancelling", BatchState::Cancelling),
        ("cancelled", BatchState::Cancelled),
    ] {
        let mut body = batch(status);
        body["errors"] = json!({"data": [
            {"message": "no model", "line": 2}, {"code": "x"}, {"message": "too large"},
        ]});
        let server = Server::start([Answer::json(200, body)]).await;
        let read = client(&server).poll(&id()).await.unwrap();
        assert_eq!((&read.state, read.raw.as_str()), (&state, status));
        assert_eq!(read.counts, BatchCounts::new(4, 2, 1));
        assert_eq!(server.only().line, "GET /v1/batches/batch_1 HTTP/1.1");
    }
    let server = Server::start([Answer::json(200, json!({}))]).await;
    let read = client(&server).poll(&id()).await.unwrap();
    assert_eq!((read.state, read.counts), (BatchState::Running, BatchCounts::default()));
    let server = Server::start([Answer::json(200, batch("cancelling"))]).await;
    client(&server).cancel(&id()).await.unwrap();
    assert_eq!(server.only().line, "POST /v1/batches/batch_1/cancel HTTP/1.1");
}

#[tokio::test]
async fn answers_and_errors_in_the_order_of_the_requests() {
    let mut ended = batch("expired");
    ended["output_file_id"] = json!("file-out");
    ended["error_file_id"] = json!("file-err");
    let line = |place: usize, response: Value, error: Value| {
        json!({
            "id": "batch_req_1",
            "custom_id": format!("request-{place}"),
            "response": response,
            "error": error,
        })
    };
    let answer = |text: &str| {
        json!({"status_code": 200, "request_id": "req_7", "body": {
            "choices": [{"message": {"content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 2},
        }})
    };
    let output =
        lines(&[line(2, answer("three"), Value::Null), line(0, answer("one"), Value::Null)]);
    let refused = json!({"status_code": 429, "body": {"error": {
        "message": format!("Slow down {KEY}"), "code": "rate_limit_exceeded",
    }}});
    let errors = lines(&[
        line(1, refused, Value::Null),
        line(4, Value::Null, json!({"code": "batch_expired", "message": "Too late."})),
        line(5, Value::Null, Value::Null),
    ]);
    let server = Server::start([
        Answer::json(200, ended),
        Answer::raw(200, "application/octet-stream", output),
        Answer::raw(200, "application/octet-stream", errors),
    ])
    .await;
    let answers = client(&server).fetch(&id()).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen[1].line, "GET /v1/files/file-out/content HTTP/1.1");
    assert_eq!(seen[2].line, "GET /v1/files/file-err/content HTTP/1.1");
    let shown = texts(&answers);
    assert_eq!((shown[0].as_str(), shown[2].as_str()), ("one", "three"));
    let first = answers[0].as_ref().unwrap();
    assert_eq!((first.request_id.as_deref(), first.usage.total_tokens()), (Some("req_7"), 5));
    assert!(matches!(&answers[1], Err(error @ LmError::RateLimit(_)) if error.is_retryable()));
    assert!(!format!("{answers:?}").contains("canary"));
    assert!(shown[3].contains("(expired) without an answer"), "{}", shown[3]);
    assert!(shown[4].contains("Too late.") && answers[4].as_ref().unwrap_err().is_retryable());
    assert!(matches!(answers[5], Err(LmError::Decode { .. })));
}

#[tokio::test]
async fn what_does_not_work() {
    let server = Server::start([Answer::json(200, batch("in_progress"))]).await;
    let early = client(&server).fetch(&id()).await.unwrap_err();
    assert!(early.to_string().contains("not over yet (in_progress)"), "{early}");
    let server = Server::start([Answer::error(401, "invalid_api_key", KEY)]).await;
    let error = client(&server).submit(&requests(&["One?"])).await.unwrap_err();
    assert!(error.is_auth() && !format!("{error} {error:?}").contains("canary"));
    let server = Server::start([Answer::json(200, json!({}))]).await;
    let error = client(&server).submit(&requests(&["One?"])).await.unwrap_err();
    assert!(error.to_string().contains("`id` of the uploaded file"), "{error}");
    let server = Server::start([file(), Answer::json(200, json!({}))]).await;
    let error = client(&server).submit(&requests(&["One?"])).await.unwrap_err();
    assert!(error.to_string().contains("`id` of the batch"), "{error}");
}
