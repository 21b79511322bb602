//! Signatures and parts that go back as they came.

use dspy::lm::{LanguageModel, Message, Part, Request, Role, ToolResult};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::support::{Answer, Server};
use super::{builder, question, sent_by, text};

/// What a second call sends as the model's turn, after an answer of these parts. The answer comes
/// whole or, in as many events as it has parts, as a stream.
async fn replayed(model: &str, parts: &Value, streamed: bool) -> Value {
    let body = |parts: Value, finish: Value| json!({"candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": finish}]});
    let answer = if streamed {
        let events = parts.as_array().unwrap().iter().map(|part| body(json!([part]), Value::Null));
        let events = events.chain([body(json!([]), json!("STOP"))]);
        let events: String = events.map(|event| format!("data: {event}\n\n")).collect();
        Answer::raw(200, "text/event-stream", events)
    } else {
        Answer::json(200, body(parts.clone(), json!("STOP")))
    };
    let server = Server::start([answer, text("fine")]).await;
    let client = builder(&server, model).build().unwrap();
    let response = if streamed {
        let events: Vec<_> = client.stream(&question()).await.unwrap().collect().await;
        let Some(Ok(dspy::lm::StreamEvent::Done(response))) = events.into_iter().last() else {
            panic!("expected the end");
        };
        response
    } else {
        client.generate(&question()).await.unwrap()
    };
    let completion = &response.completions[0];
    let results = completion.tool_calls().map(|call| Part::ToolResult(ToolResult::new(call, "ok")));
    let mut messages = vec![
        Message::user("What is the capital of France?"),
        Message::new(Role::Assistant, completion.parts.clone()),
        Message::new(Role::Tool, results.collect()),
    ];
    messages.push(Message::user("Go on."));
    // A conversation that was saved in between loses nothing.
    let saved = serde_json::to_value(Request::new(messages)).unwrap();
    let request: Request = serde_json::from_value(saved).unwrap();
    client.generate(&request).await.unwrap();
    server.seen().pop().unwrap().json()["contents"].clone()
}

#[tokio::test]
async fn a_models_turn_goes_back_verbatim() {
    let parts = json!([
        {"text": "A thought.", "thought": true, "thoughtSignature": "c2lnMQ=="},
        {"functionCall": {"id": "call-1", "name": "f", "args": {"a": 1}}, "thoughtSignature": "c2lnMg=="},
        {"functionCall": {"id": "call-2", "name": "g", "args": {}}},
        {"text": "Signed text.", "thoughtSignature": "c2lnMw=="},
        {"text": "Bare text."},
        {"executableCode": {"language": "PYTHON", "code": "1+1"}, "thoughtSignature": "c2lnNA=="},
        {"text": "", "thoughtSignature": "c2lnNQ=="},
    ]);
    for streamed in [false, true] {
        for model in ["gemini-2.5-flash", "gemini-3-pro-preview"] {
            let contents = replayed(model, &parts, streamed).await;
            assert_eq!(contents[1], json!({"role": "model", "parts": parts}), "{streamed}");
            assert_eq!(
                contents[2]["parts"],
                json!([
                    {"functionResponse": {"id": "call-1", "name": "f", "response": {"result": "ok"}}},
                    {"functionResponse": {"id": "call-2", "name": "g", "response": {"result": "ok"}}},
                    {"text": "Go on."},
                ])
            );
        }
    }
}

#[tokio::test]
async fn ids_that_were_made_up_stay_here() {
    let parts = json!([{"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "c2ln"}]);
    let contents = replayed("gemini-3-pro", &parts, false).await;
    assert_eq!(contents[1]["parts"], parts);
    assert_eq!(contents[2]["parts"][0]["functionResponse"].get("id"), None);
}

#[tokio::test]
async fn thoughts_without_a_signature_stay_behind() {
    let parts = json!([{"text": "Hm.", "thought": true}, {"text": "Yes."}]);
    let contents = replayed("gemini-3-pro", &parts, true).await;
    assert_eq!(contents[1]["parts"], json!([{"text": "Yes."}]));
}

#[tokio::test]
async fn calls_of_another_model_get_googles_word_for_them() {
    let call = |id: &str| {
        let mut call = dspy::lm::ToolCall::new(id, "f", json!({}));
        // Another provider's data means nothing here.
        call.opaque = Some(json!({"signature": "theirs"}));
        Part::ToolCall(call)
    };
    let thought = Part::Reasoning { text: "Hm.".into(), opaque: Some(json!({"type": "theirs"})) };
    let turn = Message::new(Role::Assistant, vec![thought, call("1"), call("2")]);
    let request = Request::new([Message::user("Go."), turn]);
    let bare = json!({"functionCall": {"name": "f", "args": {}}});
    let mut marked = bare.clone();
    marked["thoughtSignature"] = json!("skip_thought_signature_validator");
    let parts = |body: Value| body["contents"][1]["parts"].clone();
    assert_eq!(parts(sent_by("gemini-3-pro", &request).await), json!([marked, bare]));
    assert_eq!(parts(sent_by("gemini-2.5-pro", &request).await), json!([bare, bare]));
}
