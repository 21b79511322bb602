//! The client of OpenAI's Responses against a server on this machine.

#[path = "responses/answers.rs"]
mod answers;
#[path = "responses/keys.rs"]
mod keys;
#[path = "support/pieces.rs"]
mod pieces;
#[path = "responses/requests.rs"]
mod requests;
#[path = "responses/streams.rs"]
mod streams;
#[allow(dead_code, reason = "no test uses all of it")]
#[path = "support/http.rs"]
mod support;

use dspy::lm::{
    LanguageModel, LmError, Message, OpenAiResponses, OpenAiResponsesBuilder, Request, Response,
    Settings,
};
use serde_json::{Value, json};
use support::{Answer, Server};

/// A key that must turn up nowhere but in the header.
const KEY: &str = "sk-canary-5bd1e77c0f";

fn builder(server: &Server, model: &str) -> OpenAiResponsesBuilder {
    OpenAiResponses::builder(model).api_base(server.base()).api_key(KEY).env(|_| None)
}

fn question() -> Request {
    Request::new([Message::user("What is the capital of France?")])
}

fn said(text: &str) -> Value {
    json!({
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}],
    })
}

fn response(output: Value) -> Value {
    json!({
        "id": "resp_1",
        "object": "response",
        "status": "completed",
        "error": null,
        "incomplete_details": null,
        "instructions": "Be brief.",
        "model": "gpt-test-1",
        "output": output,
        "usage": {"input_tokens": 11, "output_tokens": 7, "total_tokens": 18},
    })
}

fn fine() -> Answer {
    Answer::json(200, response(json!([said("fine")])))
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

async fn sent(request: &Request) -> Value {
    tried("gpt-4.1", request).await.unwrap()
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
    builder(&server, "gpt-4.1").build().unwrap().generate(&question()).await
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
