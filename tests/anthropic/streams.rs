//! Answers that come piece by piece.

use dspy::lm::{
    Anthropic, FinishReason, LanguageModel, LmError, Message, Part, Request, Response, Role,
    StreamEvent,
};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::pieces::{events, in_pieces};
use super::support::{Answer, Server};
use super::{KEY, answered, builder, message, question, sent, shown};

type Events = Vec<Result<StreamEvent, LmError>>;

/// What comes of these events, sent so many bytes at a time.
async fn streamed(body: String, size: usize) -> Events {
    let address = in_pieces(body, size).await;
    let client = Anthropic::builder("claude-sonnet-4-5")
        .api_base(format!("http://{address}"))
        .api_key(KEY)
        .env(|_| None)
        .build()
        .unwrap();
    client.stream(&question()).await.unwrap().collect().await
}

fn whole(events: &Events) -> Response {
    match events.last() {
        Some(Ok(StreamEvent::Done(response))) => response.clone(),
        other => panic!("expected the end, got {other:?}"),
    }
}

fn start(index: u64, block: Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn delta(index: u64, delta: Value) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

fn stop(index: u64) -> Value {
    json!({"type": "content_block_stop", "index": index})
}

fn opening() -> Value {
    let mut message = message(json!([]));
    message["stop_reason"] = Value::Null;
    message["usage"] = json!({
        "input_tokens": 10,
        "cache_creation_input_tokens": 5,
        "cache_read_input_tokens": 100,
        "output_tokens": 1,
    });
    json!({"type": "message_start", "message": message})
}

fn closing(reason: &str) -> [Value; 2] {
    let delta = json!({"stop_reason": reason, "stop_sequence": null});
    [
        json!({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 42}}),
        json!({"type": "message_stop"}),
    ]
}

/// A whole answer of many blocks, as events.
fn rich() -> Vec<Value> {
    let mut all = vec![
        opening(),
        json!({"type": "ping"}),
        start(0, json!({"type": "thinking", "thinking": "", "signature": ""})),
        delta(0, json!({"type": "thinking_delta", "thinking": "Wärme "})),
        delta(0, json!({"type": "thinking_delta", "thinking": "in 東京?"})),
        delta(0, json!({"type": "signature_delta", "signature": "c2ln"})),
        stop(0),
        start(1, json!({"type": "redacted_thinking", "data": "ZGF0YQ=="})),
        stop(1),
        start(2, json!({"type": "text", "text": ""})),
        delta(2, json!({"type": "text_delta", "text": "Ich "})),
        delta(2, json!({"type": "text_delta", "text": "schaue: 🌡️"})),
        stop(2),
        start(3, json!({"type": "text", "text": "", "citations": []})),
        delta(3, json!({"type": "citations_delta", "citation": {"url": "https://a.b"}})),
        delta(3, json!({"type": "text_delta", "text": "laut A."})),
        delta(3, json!({"type": "a_delta_of_tomorrow", "x": 1})),
        stop(3),
        start(4, json!({"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}})),
        delta(4, json!({"type": "input_json_delta", "partial_json": ""})),
        delta(4, json!({"type": "input_json_delta", "partial_json": "{\"city\": \"東"})),
        delta(4, json!({"type": "input_json_delta", "partial_json": "京\"}"})),
        stop(4),
        start(5, json!({"type": "tool_use", "id": "toolu_2", "name": "now", "input": {}})),
        stop(5),
        json!({"type": "an_event_of_tomorrow", "index": 5}),
    ];
    all.extend(closing("tool_use"));
    all
}

/// The same answer in one piece.
fn rich_message() -> Value {
    let mut body = message(json!([
        {"type": "thinking", "thinking": "Wärme in 東京?", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "ZGF0YQ=="},
        {"type": "text", "text": "Ich schaue: 🌡️"},
        {"type": "text", "text": "laut A.", "citations": [{"url": "https://a.b"}]},
        {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "東京"}},
        {"type": "tool_use", "id": "toolu_2", "name": "now", "input": {}},
    ]));
    body["stop_reason"] = json!("tool_use");
    body["usage"] = json!({
        "input_tokens": 10,
        "cache_creation_input_tokens": 5,
        "cache_read_input_tokens": 100,
        "output_tokens": 42,
    });
    body
}

#[tokio::test]
async fn a_stream_ends_in_the_same_answer_however_it_is_cut() {
    let expected = answered(Answer::json(200, rich_message())).await.unwrap();
    assert_eq!(expected.usage.prompt_tokens, 115);
    assert_eq!(expected.usage.completion_tokens, 42);
    for size in [7, 4096] {
        let events = streamed(events(&rich()), size).await;
        assert_eq!(whole(&events), expected);
        let mut said = String::new();
        let mut thought = String::new();
        let mut called = Vec::new();
        for event in &events {
            match event.as_ref().unwrap() {
                StreamEvent::Text { delta, .. } => said.push_str(delta),
                StreamEvent::Reasoning { delta, .. } => thought.push_str(delta),
                StreamEvent::ToolCall { call, .. } => called.push(call.clone()),
                _ => {}
            }
        }
        assert_eq!((said.as_str(), thought.as_str()), ("Ich schaue: 🌡️laut A.", "Wärme in 東京?"));
        let calls: Vec<_> = expected.completions[0].tool_calls().cloned().collect();
        assert_eq!(called, calls);
    }
}

#[tokio::test]
async fn a_streamed_turn_goes_back_as_it_came() {
    let answer = whole(&streamed(events(&rich()), 4096).await);
    let turn = Message::new(Role::Assistant, answer.completions[0].parts.clone());
    let body = sent(&Request::new([Message::user("Wie warm?"), turn, Message::user("Und?")])).await;
    let mut expected = rich_message()["content"].clone();
    // Citations are the provider's word to us.
    expected[3].as_object_mut().unwrap().remove("citations");
    assert_eq!(body["messages"][1]["content"], expected);
}

#[tokio::test]
async fn streaming_is_asked_for() {
    let server = Server::start([Answer::raw(200, "text/event-stream", events(&rich()))]).await;
    let client = builder(&server, "claude-sonnet-4-5").build().unwrap();
    let events: Events = client.stream(&question()).await.unwrap().collect().await;
    assert_eq!(whole(&events).completions[0].finish, FinishReason::ToolCalls);
    assert_eq!(server.only().json()["stream"], true);
}

#[tokio::test]
async fn a_stream_of_the_bare_minimum() {
    let least =
        [delta(0, json!({"type": "text_delta", "text": "Hi"})), json!({"type": "message_stop"})];
    let answer = whole(&streamed(events(&least), 4096).await);
    assert_eq!(answer.completions[0].parts, [Part::text("Hi")]);
    assert_eq!((answer.usage.calls, answer.usage.total_tokens()), (1, 0));
    let nothing = whole(&streamed(events(&[json!({"type": "message_stop"})]), 4096).await);
    assert_eq!(nothing.completions[0].parts, []);
    // Names of events may be missing as well as types; arguments may come at once.
    let bare = [
        "data: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"tool_use\",\
         \"name\":\"f\",\"input\":{\"a\":1}}}\n\n",
        "event: message_delta\ndata: {\"delta\":{\"stop_reason\":\"tool_use\"},\
         \"usage\":{\"input_tokens\":3.0,\"output_tokens\":2}}\n\n",
        "event: message_stop\ndata: {}\n\n",
    ];
    let answer = whole(&streamed(bare.concat(), 4096).await);
    let call = answer.completions[0].tool_calls().next().unwrap();
    assert_eq!((call.name.as_str(), &call.arguments, call.id.len()), ("f", &json!({"a": 1}), 9));
    assert_eq!(answer.usage.total_tokens(), 5);
}

#[tokio::test]
async fn counts_replace_each_other() {
    let mut all = vec![opening()];
    for output in [5, 9, 20] {
        let usage = json!({"output_tokens": output, "input_tokens": 12, "server_tool_use": null});
        all.push(json!({"type": "message_delta", "delta": {}, "usage": usage}));
    }
    all.extend(closing("max_tokens"));
    let answer = whole(&streamed(events(&all), 4096).await);
    assert_eq!((answer.usage.prompt_tokens, answer.usage.completion_tokens), (117, 42));
    assert_eq!(answer.completions[0].finish, FinishReason::Length);
}

#[tokio::test]
async fn an_error_in_mid_stream() {
    let error = json!({"type": "overloaded_error", "message": format!("Overloaded {KEY}")});
    let all = [
        opening(),
        delta(0, json!({"type": "text_delta", "text": "Hi"})),
        json!({"type": "error", "error": error}),
    ];
    let events = streamed(events(&all), 4096).await;
    assert!(matches!(&events[0], Ok(StreamEvent::Text { delta, .. }) if delta == "Hi"));
    let error = events.last().unwrap().as_ref().unwrap_err();
    assert!(matches!(error, LmError::Server(_)) && error.is_retryable(), "{error:?}");
    assert!(error.to_string().contains("Overloaded") && !shown(error).contains("canary"));
    assert_eq!(events.len(), 2);
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_no_answer() {
    let mut all = rich();
    all.pop();
    let events = streamed(events(&all), 4096).await;
    let error = events.last().unwrap().as_ref().unwrap_err();
    assert!(matches!(error, LmError::Transport { .. }) && error.is_retryable(), "{error:?}");
    let garbled = streamed("event: message_start\ndata: {\"type\":\n\n".to_owned(), 4096).await;
    let error = garbled.last().unwrap().as_ref().unwrap_err();
    assert!(matches!(error, LmError::Decode { .. }), "{error:?}");
}
