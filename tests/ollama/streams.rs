//! Answers that come line by line.

use dspy::lm::{FinishReason, LanguageModel, LmError, Ollama, Response, StreamEvent};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::split::Split;
use super::support::{Answer, Server};
use super::{client, question};

const KIND: &str = "application/x-ndjson";

fn lines() -> Vec<Value> {
    let part = |message: Value| json!({"model": "qwen3:8b", "message": message, "done": false});
    vec![
        part(json!({"role": "assistant", "content": "", "thinking": "Hm, "})),
        part(json!({"content": "", "thinking": "Frankreich…"})),
        part(json!({"content": "Zürich 🗼"})),
        part(json!({"content": "", "tool_calls": [
            {"function": {"name": "f", "arguments": {"é": "ü"}}},
            {"function": {"name": "f", "arguments": {}}},
        ]})),
        json!({
            "model": "qwen3:8b", "message": {"content": "."}, "done": true, "done_reason": "stop",
            "prompt_eval_count": 8, "eval_count": 5, "eval_duration": 77,
        }),
    ]
}

fn written(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn stream(lines: &[Value]) -> Answer {
    Answer::raw(200, KIND, written(lines))
}

async fn collected(client: &Ollama) -> Vec<Result<StreamEvent, LmError>> {
    client.stream(&question()).await.unwrap().collect().await
}

fn done(events: &[Result<StreamEvent, LmError>]) -> &Response {
    match events.last() {
        Some(Ok(StreamEvent::Done(response))) => response,
        other => panic!("expected the end, got {other:?}"),
    }
}

#[tokio::test]
async fn lines_make_one_answer() {
    let server = Server::start([stream(&lines())]).await;
    let events = collected(&client(&server)).await;
    let text = |wanted: bool| -> String {
        events
            .iter()
            .filter_map(|event| match event {
                Ok(StreamEvent::Text { delta, .. }) if wanted => Some(delta.as_str()),
                Ok(StreamEvent::Reasoning { delta, .. }) if !wanted => Some(delta),
                _ => None,
            })
            .collect()
    };
    assert_eq!((text(true), text(false)), ("Zürich 🗼.".into(), "Hm, Frankreich…".into()));
    let response = done(&events);
    let completion = &response.completions[0];
    assert_eq!(completion.joined_text(), "Zürich 🗼.");
    assert_eq!(completion.finish, FinishReason::ToolCalls);
    let calls: Vec<_> = completion.tool_calls().collect();
    assert_eq!((calls.len(), &calls[0].arguments), (2, &json!({"é": "ü"})));
    assert_ne!(calls[0].id, calls[1].id);
    let usage = response.usage;
    assert_eq!((usage.calls, usage.prompt_tokens, usage.completion_tokens), (1, 8, 5));
    assert_eq!(response.provider, Some(json!({"eval_duration": 77})));
    assert_eq!(server.only().json()["stream"], true);
}

#[tokio::test]
async fn a_stream_may_break_at_any_byte() {
    let body = written(&lines());
    let whole = Server::start([stream(&lines())]).await;
    let expected = collected(&client(&whole)).await;
    let expected = done(&expected);
    let server = Split::start(KIND, body.clone()).await;
    let client = Ollama::builder("qwen3:8b").api_base(server.root()).env(|_| None).build().unwrap();
    for place in 0..=body.len() {
        let events = collected(&client).await;
        assert_eq!(done(&events), expected, "cut at byte {place}");
    }
}

#[tokio::test]
async fn a_stream_that_ends_too_early_is_worth_another_try() {
    let unfinished = stream(&lines()[..4]);
    for answer in [unfinished.clone(), unfinished.cut(), Answer::raw(200, KIND, "\n")] {
        let server = Server::start([answer]).await;
        let events = collected(&client(&server)).await;
        let error = events.last().unwrap().as_ref().unwrap_err();
        assert!(matches!(error, LmError::Transport { .. }), "{error:?}");
        assert!(error.is_retryable());
    }
}

#[tokio::test]
async fn nothing_is_read_after_the_end() {
    let late = format!("{}not JSON", written(&lines()));
    let server = Server::start([Answer::raw(200, KIND, late)]).await;
    let events = collected(&client(&server)).await;
    assert_eq!(done(&events).usage.completion_tokens, 5);
}

#[tokio::test]
async fn errors_in_the_stream_are_errors() {
    let first = &lines()[2];
    for (line, fault, retryable) in [
        (json!({"error": "an error was encountered"}).to_string(), "was encountered", true),
        ("{\"message\": ".to_owned(), "no JSON", false),
        ("[]".to_owned(), "expected a JSON object", false),
    ] {
        let server = Server::start([Answer::raw(200, KIND, format!("{first}\n{line}\n"))]).await;
        let events = collected(&client(&server)).await;
        assert!(matches!(events[0], Ok(StreamEvent::Text { .. })));
        let error = events.last().unwrap().as_ref().unwrap_err();
        assert!(error.to_string().contains(fault), "{error}");
        assert_eq!(error.is_retryable(), retryable, "{error:?}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_read_whole() {
    let server = Server::start([super::text("Paris.")]).await;
    let events = collected(&client(&server)).await;
    assert_eq!(done(&events).completions[0].joined_text(), "Paris.");
}
