//! The Gemini client against a server on this machine.

#[path = "gemini/answers.rs"]
mod answers;
#[path = "gemini/embeddings.rs"]
mod embeddings;
#[path = "gemini/failures.rs"]
mod failures;
#[path = "gemini/places.rs"]
mod places;
#[path = "gemini/replay.rs"]
mod replay;
#[path = "gemini/requests.rs"]
mod requests;
#[path = "gemini/schemas.rs"]
mod schemas;
#[path = "gemini/streams.rs"]
mod streams;

#[path = "support/split.rs"]
mod split;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/http.rs"]
mod support;

use dspy::lm::{
    Gemini, GeminiBuilder, LanguageModel, LmError, Message, Request, Response, Settings,
};
use serde_json::{Value, json};
use support::{Answer, Server};

/// A key that must turn up nowhere but in the header.
const KEY: &str = "gm-canary-5bd1e77c0f";

/// A client of `server` for `model` with the key, cut off from the environment.
fn builder(server: &Server, model: &str) -> GeminiBuilder {
    Gemini::builder(model)
        .api_base(format!("http://{}", server.address()))
        .api_key(KEY)
        .env(|_| None)
}

fn client(server: &Server) -> Gemini {
    builder(server, "gemini-2.5-flash").build().unwrap()
}

fn question() -> Request {
    Request::new([Message::user("What is the capital of France?")])
}

/// An answer of this text.
fn text(text: &str) -> Answer {
    candidate(
        json!({"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP"}),
    )
}

/// An answer of this candidate.
fn candidate(candidate: Value) -> Answer {
    Answer::json(200, json!({"candidates": [candidate]}))
}

/// What the client of `model` sends for `request`.
async fn sent_by(model: &str, request: &Request) -> Value {
    let server = Server::start([text("fine")]).await;
    builder(&server, model).build().unwrap().generate(request).await.unwrap();
    server.only().json()
}

async fn sent(request: &Request) -> Value {
    sent_by("gemini-2.5-flash", request).await
}

/// Why the client of `model` refuses `request` before it asks.
async fn refused_by(model: &str, request: &Request) -> LmError {
    let server = Server::start([text("fine")]).await;
    let error = builder(&server, model).build().unwrap().generate(request).await.unwrap_err();
    assert_eq!(server.seen().len(), 0, "it asked all the same");
    error
}

fn with(change: impl FnOnce(&mut Settings)) -> Request {
    let mut settings = Settings::default();
    change(&mut settings);
    question().with_settings(settings)
}

/// What the client makes of `answer`.
async fn answered(answer: Answer) -> Result<Response, LmError> {
    let server = Server::start([answer]).await;
    client(&server).generate(&question()).await
}
