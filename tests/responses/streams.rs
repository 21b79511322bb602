//! Answers that come piece by piece.

use dspy::lm::{
    FinishReason, LanguageModel, LmError, Message, OpenAiResponses, Part, Request, Response, Role,
    StreamEvent,
};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::pieces::{events, in_pieces};
use super::support::{Answer, Server};
use super::{KEY, answered, builder, question, response, said, shown, tried};

type Events = Vec<Result<StreamEvent, LmError>>;

/// What comes of this text, sent so many bytes at a time.
async fn streamed(body: String, size: usize) -> Events {
    let address = in_pieces(body, size).await;
    let client = OpenAiResponses::builder("gpt-5")
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

fn thought() -> Value {
    json!({
        "type": "reasoning",
        "id": "rs_1",
        "summary": [
            {"type": "summary_text", "text": "Wärme in 東京?"},
            {"type": "summary_text", "text": "Nachsehen."},
        ],
        "encrypted_content": "x==",
    })
}

fn call() -> Value {
    json!({
        "type": "function_call",
        "id": "fc_1",
        "call_id": "call_1",
        "name": "weather",
        "arguments": "{\"city\":\"東京\"}",
        "status": "completed",
    })
}

fn answer() -> Value {
    let mut item = said("Ich schaue: 🌡️");
    item["content"][0]["logprobs"] = json!([{"token": "Ich", "logprob": -0.5}]);
    item["content"].as_array_mut().unwrap().push(json!({
        "type": "output_text", "text": "Gleich.", "annotations": [],
    }));
    item
}

fn typed(kind: &str, output_index: u64, mut fields: Value) -> Value {
    fields["type"] = json!(format!("response.{kind}"));
    fields["output_index"] = json!(output_index);
    fields
}

fn closing(output: Value) -> Value {
    json!({"type": "response.completed", "response": response(output)})
}

fn rich() -> Vec<Value> {
    let delta = |kind, index, delta: &str| typed(kind, index, json!({"delta": delta}));
    let mut opening = response(json!([]));
    opening["status"] = json!("in_progress");
    opening["usage"] = Value::Null;
    vec![
        json!({"type": "response.created", "response": opening}),
        typed("output_item.added", 0, json!({"item": {"type": "reasoning", "id": "rs_1"}})),
        typed("reasoning_summary_part.added", 0, json!({"summary_index": 0})),
        delta("reasoning_summary_text.delta", 0, "Wärme in "),
        delta("reasoning_summary_text.delta", 0, "東京?"),
        typed("reasoning_summary_part.added", 0, json!({"summary_index": 1})),
        delta("reasoning_summary_text.delta", 0, "Nachsehen."),
        typed("output_item.done", 0, json!({"item": thought()})),
        typed("output_item.added", 1, json!({"item": {"type": "message"}})),
        delta("output_text.delta", 1, "Ich "),
        delta("output_text.delta", 1, "schaue: 🌡️"),
        typed("output_text.done", 1, json!({"text": "Ich schaue: 🌡️"})),
        typed("content_part.done", 1, json!({"part": {}})),
        delta("output_text.delta", 1, "Gleich."),
        typed("content_part.done", 1, json!({"part": {}})),
        typed("output_item.done", 1, json!({"item": answer()})),
        typed("output_item.added", 2, json!({"item": {"type": "function_call"}})),
        delta("function_call_arguments.delta", 2, "{\"city\":"),
        typed("an_event_of_tomorrow", 2, json!({"delta": 7})),
        typed("output_item.done", 2, json!({"item": call()})),
        closing(json!([thought(), answer(), call()])),
    ]
}

#[tokio::test]
async fn a_stream_ends_in_the_same_answer_however_it_is_cut() {
    let output = json!([thought(), answer(), call()]);
    let expected = answered(Answer::json(200, response(output))).await.unwrap();
    assert_eq!(expected.completions[0].parts.len(), 4);
    for size in [7, 4096] {
        let events = streamed(events(&rich()), size).await;
        assert_eq!(whole(&events), expected);
        let mut said = String::new();
        let mut thought = String::new();
        for event in &events {
            match event.as_ref().unwrap() {
                StreamEvent::Text { delta, .. } => said.push_str(delta),
                StreamEvent::Reasoning { delta, .. } => thought.push_str(delta),
                _ => {}
            }
        }
        assert_eq!(said, "Ich schaue: 🌡️Gleich.");
        assert_eq!(thought, "Wärme in 東京?\n\nNachsehen.");
        let called = events.iter().any(
            |event| matches!(event, Ok(StreamEvent::ToolCall { call, .. }) if call.id == "call_1"),
        );
        assert!(called, "{events:?}");
    }
}

#[tokio::test]
async fn a_streamed_turn_goes_back_as_it_came() {
    let answer = whole(&streamed(events(&rich()), 4096).await);
    let turn = Message::new(Role::Assistant, answer.completions[0].parts.clone());
    let body = tried("gpt-5", &Request::new([Message::user("Wie warm?"), turn])).await.unwrap();
    assert_eq!(body["input"][1], thought());
    assert_eq!(
        body["input"][2],
        json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Ich schaue: 🌡️Gleich."}]})
    );
    assert_eq!(body["input"][3]["arguments"], call()["arguments"]);
}

#[tokio::test]
async fn items_that_come_only_at_the_end() {
    let output = json!([thought(), said("Ja."), call()]);
    let expected = answered(Answer::json(200, response(output.clone()))).await.unwrap();
    let server =
        Server::start([Answer::raw(200, "text/event-stream", events(&[closing(output)]))]).await;
    let client = builder(&server, "gpt-5").build().unwrap();
    let all: Events = client.stream(&question()).await.unwrap().collect().await;
    assert_eq!(whole(&all), expected);
    assert!(matches!(&all[1], Ok(StreamEvent::Text { delta, .. }) if delta == "Ja."), "{all:?}");
    assert_eq!(server.only().json()["stream"], true);
}

#[tokio::test]
async fn a_stream_of_the_bare_minimum() {
    let bare = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n\
                event: response.completed\ndata: {}\n\ndata: [DONE]\n\n";
    let answer = whole(&streamed(bare.to_owned(), 4096).await);
    assert_eq!(answer.completions[0].parts, [Part::text("Hi")]);
    assert_eq!(answer.completions[0].finish, FinishReason::Stop);
    let refused = [
        typed("refusal.delta", 0, json!({"delta": "No."})),
        json!({"type": "response.completed", "response": {"output": []}}),
    ];
    let answer = whole(&streamed(events(&refused), 4096).await);
    assert_eq!(answer.completions[0].finish, FinishReason::ContentFilter);
    let cut = [
        typed("output_text.delta", 0, json!({"delta": "Par"})),
        json!({"type": "response.incomplete", "response": {
            "status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"},
        }}),
    ];
    let answer = whole(&streamed(events(&cut), 4096).await);
    assert_eq!(answer.completions[0].finish, FinishReason::Length);
    let odd = [closing(json!([{"type": "web_search_call"}, said("Ja.")]))];
    let answer = whole(&streamed(events(&odd), 4096).await);
    assert_eq!(answer.provider.unwrap()["output"][0]["type"], "web_search_call");
}

#[tokio::test]
async fn errors_in_mid_stream() {
    let text = typed("output_text.delta", 0, json!({"delta": "Hi"}));
    let mut failed = response(json!([]));
    failed["status"] = json!("failed");
    failed["error"] = json!({"code": "server_error", "message": format!("Oops {KEY}")});
    for error in [
        json!({"type": "error", "code": "server_error", "message": format!("Oops {KEY}")}),
        json!({"type": "error", "error": {"type": "server_error", "message": "Oops"}}),
        json!({"type": "response.failed", "response": failed}),
        json!({"type": "response.failed", "response": {"message": "Oops"}}),
    ] {
        let all = streamed(events(&[text.clone(), error]), 4096).await;
        assert_eq!(all.len(), 2);
        let error = all[1].as_ref().unwrap_err();
        assert!(matches!(error, LmError::Server(_)) && error.is_retryable(), "{error:?}");
        assert!(error.to_string().contains("Oops") && !shown(error).contains("canary"));
    }
    let limited = json!({"type": "error", "code": "rate_limit_exceeded", "message": "Slow"});
    let all = streamed(events(&[limited]), 4096).await;
    assert!(matches!(all[0], Err(LmError::RateLimit(_))), "{all:?}");
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_no_answer() {
    let mut all = rich();
    all.pop();
    for end in ["", "data: [DONE]\n\n"] {
        let events = streamed(events(&all) + end, 4096).await;
        let error = events.last().unwrap().as_ref().unwrap_err();
        assert!(matches!(error, LmError::Transport { .. }) && error.is_retryable(), "{error:?}");
    }
}
