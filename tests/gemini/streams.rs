//! Answers that come piece by piece.

use dspy::lm::{FinishReason, Gemini, LanguageModel, LmError, Response, Settings, StreamEvent};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::split::Split;
use super::support::{Answer, Server};
use super::{KEY, client, question};

fn event(value: &Value) -> String {
    format!("data: {value}\r\n\r\n")
}

fn stream(values: &[Value]) -> Answer {
    Answer::raw(200, "text/event-stream", values.iter().map(event).collect::<String>())
}

fn piece(parts: Value) -> Value {
    json!({"candidates": [{"content": {"role": "model", "parts": parts}}], "modelVersion": "m-1"})
}

/// An answer with everything in it.
fn pieces() -> Vec<Value> {
    let mut last = piece(json!([{"text": "."}]));
    last["candidates"][0]["finishReason"] = json!("STOP");
    last["usageMetadata"] =
        json!({"promptTokenCount": 8, "candidatesTokenCount": 5, "thoughtsTokenCount": 2});
    last["responseId"] = json!("r-1");
    let mut first = piece(json!([{"text": "Hm, ", "thought": true}]));
    first["usageMetadata"] = json!({"promptTokenCount": 8, "candidatesTokenCount": 1});
    vec![
        first,
        piece(json!([{"text": "Frankreich…", "thought": true}, {"text": "Zürich "}])),
        piece(json!([{"text": "🗼"}, {"functionCall": {"name": "f", "args": {"é": "ü"}}}])),
        last,
    ]
}

async fn collected(client: &Gemini) -> Vec<Result<StreamEvent, LmError>> {
    client.stream(&question()).await.unwrap().collect().await
}

fn done(events: &[Result<StreamEvent, LmError>]) -> &Response {
    match events.last() {
        Some(Ok(StreamEvent::Done(response))) => response,
        other => panic!("expected the end, got {other:?}"),
    }
}

#[tokio::test]
async fn fragments_make_one_answer() {
    let server = Server::start([stream(&pieces())]).await;
    let events = collected(&client(&server)).await;
    let mut said = String::new();
    let mut thought = String::new();
    let mut calls = Vec::new();
    for event in &events {
        match event.as_ref().unwrap() {
            StreamEvent::Text { delta, .. } => said.push_str(delta),
            StreamEvent::Reasoning { delta, .. } => thought.push_str(delta),
            StreamEvent::ToolCall { call, .. } => calls.push(call.clone()),
            _ => {}
        }
    }
    assert_eq!((said.as_str(), thought.as_str()), ("Zürich 🗼.", "Hm, Frankreich…"));
    assert_eq!(calls[0].arguments, json!({"é": "ü"}));
    let response = done(&events);
    let completion = &response.completions[0];
    assert_eq!(completion.joined_text(), said);
    assert_eq!(completion.reasoning().as_ref(), Some(&thought));
    assert_eq!(completion.tool_calls().cloned().collect::<Vec<_>>(), calls);
    assert_eq!(completion.finish, FinishReason::ToolCalls);
    assert_eq!(completion.raw_finish.as_deref(), Some("STOP"));
    // The last word on usage counts.
    let usage = response.usage;
    assert_eq!((usage.calls, usage.prompt_tokens, usage.completion_tokens), (1, 8, 7));
    assert_eq!(
        (response.model.as_deref(), response.request_id.as_deref()),
        (Some("m-1"), Some("r-1"))
    );
    let seen = server.only();
    let path = "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse";
    assert_eq!(seen.line, format!("POST {path} HTTP/1.1"));
    assert_eq!(seen.json().as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn a_stream_may_break_at_any_byte() {
    let body: String = pieces().iter().map(event).collect();
    let whole = Server::start([stream(&pieces())]).await;
    let expected = collected(&client(&whole)).await;
    let expected = done(&expected);
    let server = Split::start("text/event-stream", body.clone()).await;
    let client =
        Gemini::builder("gemini-2.5-flash").api_base(server.root()).api_key(KEY).build().unwrap();
    for place in 0..=body.len() {
        let events = collected(&client).await;
        assert_eq!(done(&events), expected, "cut at byte {place}");
    }
}

#[tokio::test]
async fn a_stream_that_ends_too_early_is_worth_another_try() {
    let all = pieces();
    let unfinished = stream(&all[..3]);
    let half = event(&all[3]);
    let mut torn: String = all[..3].iter().map(event).collect();
    torn.push_str(&half[..half.len() / 2]);
    for answer in [
        unfinished.clone(),
        unfinished.cut(),
        Answer::raw(200, "text/event-stream", ""),
        Answer::raw(200, "text/event-stream", ": keep-alive\n\n"),
    ] {
        let server = Server::start([answer]).await;
        let events = collected(&client(&server)).await;
        let error = events.last().unwrap().as_ref().unwrap_err();
        assert!(matches!(error, LmError::Transport { .. }), "{error:?}");
        assert!(error.is_retryable());
    }
    // Half a piece is no piece.
    let server = Server::start([Answer::raw(200, "text/event-stream", torn)]).await;
    let events = collected(&client(&server)).await;
    let error = events.last().unwrap().as_ref().unwrap_err();
    assert!(matches!(error, LmError::Decode { .. }), "{error:?}");
}

#[tokio::test]
async fn openais_closing_word_is_no_piece() {
    let all: String = pieces().iter().map(event).collect();
    for (body, whole) in [(all.clone(), true), (event(&pieces()[0]), false)] {
        let body = format!("data:\n\n{body}data: [DONE]\n\n");
        let server = Server::start([Answer::raw(200, "text/event-stream", body)]).await;
        let events = collected(&client(&server)).await;
        assert_eq!(events.last().unwrap().is_ok(), whole, "{events:?}");
    }
}

#[tokio::test]
async fn errors_in_the_stream_are_errors() {
    for (error, retryable) in [
        (json!({"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}), true),
        (json!({"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}), true),
        (json!({"code": 400, "message": "no", "status": "INVALID_ARGUMENT"}), false),
        (json!({"message": "something"}), true),
    ] {
        let server = Server::start([stream(&[pieces()[0].clone(), json!({"error": error})])]).await;
        let events = collected(&client(&server)).await;
        let fault = events.last().unwrap().as_ref().unwrap_err();
        assert_eq!(fault.is_retryable(), retryable, "{fault:?}");
        assert!(matches!(events[0], Ok(StreamEvent::Reasoning { .. })));
    }
}

#[tokio::test]
async fn a_blocked_prompt_ends_the_stream_well() {
    let blocked = json!({"promptFeedback": {"blockReason": "SAFETY"}});
    let server = Server::start([stream(&[blocked])]).await;
    let events = collected(&client(&server)).await;
    assert_eq!(events.len(), 1);
    assert_eq!(done(&events).completions[0].finish, FinishReason::ContentFilter);
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_read_whole() {
    let body =
        json!({"candidates": [{"content": {"parts": [{"text": "x"}]}, "finishReason": "STOP"}]});
    let server = Server::start([Answer::json(200, body)]).await;
    let events = collected(&client(&server)).await;
    assert_eq!(done(&events).completions[0].joined_text(), "x");
}

#[tokio::test]
async fn several_completions_are_several_streams() {
    let server = Server::start([stream(&pieces())]).await;
    let request = question().with_settings(Settings::default().with_n(2));
    let events: Vec<_> = client(&server).stream(&request).await.unwrap().collect().await;
    let response = done(&events);
    assert_eq!((response.completions.len(), response.usage.calls), (2, 2));
    assert_eq!(server.seen().len(), 2);
}
