//! The Anthropic client against a server on this machine.

#[path = "anthropic/answers.rs"]
mod answers;
#[path = "anthropic/conversations.rs"]
mod conversations;
#[path = "anthropic/keys.rs"]
mod keys;
#[path = "anthropic/models.rs"]
mod models;
#[path = "support/pieces.rs"]
mod pieces;
#[path = "anthropic/requests.rs"]
mod requests;
#[path = "anthropic/streams.rs"]
mod streams;
#[allow(dead_code, reason = "no test uses all of it")]
#[path = "support/http.rs"]
mod support;

use dspy::lm::{
    Anthropic, AnthropicBuilder, LanguageModel, LmError, Message, Request, Response, Settings,
};
use serde_json::{Value, json};
use support::{Answer, Server};

/// A key that must turn up nowhere but in the header.
const KEY: &str = "sk-ant-canary-5bd1e77c0f";

/// A client of `server` for a model, cut off from the environment.
fn builder(server: &Server, model: &str) -> AnthropicBuilder {
    Anthropic::builder(model).api_base(server.base()).api_key(KEY).env(|_| None)
}

fn question() -> Request {
    Request::new([Message::user("What is the capital of France?")])
}

fn message(content: Value) -> Value {
    json!({
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-test-1",
        "content": content,
        "stop_reason": "end_turn",
        "stop_sequence": null,
        "usage": {"input_tokens": 11, "output_tokens": 7},
    })
}

fn fine() -> Answer {
    Answer::json(200, message(json!([{"type": "text", "text": "fine"}])))
}

/// What is sent to `model` for `request`, or why nothing is.
async fn tried(model: &str, request: &Request) -> Result<Value, LmError> {
    let server = Server::start([fine()]).await;
    match builder(&server, model).build().unwrap().generate(request).await {
        Ok(_) => Ok(server.only().json()),
        Err(error) => {
            assert!(server.seen().is_empty(), "the error comes before the call");
            Err(error)
        }
    }
}

/// What is sent to a model of the middle generation.
async fn sent(request: &Request) -> Value {
    tried("claude-sonnet-4-5", request).await.unwrap()
}

/// Settings as a change of the defaults.
fn settings(change: impl FnOnce(&mut Settings)) -> Settings {
    let mut settings = Settings::default();
    change(&mut settings);
    settings
}

/// What the client makes of `answer`.
async fn answered(answer: Answer) -> Result<Response, LmError> {
    let server = Server::start([answer]).await;
    builder(&server, "claude-sonnet-4-5").build().unwrap().generate(&question()).await
}

/// Everything that an error can show.
fn shown(error: &LmError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(" {cause}"));
        source = cause.source();
    }
    text
}
