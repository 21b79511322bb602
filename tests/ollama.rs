//! The Ollama client against a server on this machine.

#[path = "ollama/answers.rs"]
mod answers;
#[path = "ollama/embeddings.rs"]
mod embeddings;
#[path = "ollama/places.rs"]
mod places;
#[path = "ollama/requests.rs"]
mod requests;
#[path = "ollama/schemas.rs"]
mod schemas;
#[path = "ollama/streams.rs"]
mod streams;

#[path = "support/split.rs"]
mod split;
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "support/http.rs"]
mod support;

use dspy::lm::{
    LanguageModel, LmError, Message, Ollama, OllamaBuilder, Request, Response, Settings,
};
use serde_json::{Value, json};
use support::{Answer, Server};

/// A key that must turn up nowhere but in the header.
const KEY: &str = "ol-canary-5bd1e77c0f";

/// A client of `server` with the key, cut off from the environment.
fn builder(server: &Server) -> OllamaBuilder {
    Ollama::builder("qwen3:8b")
        .api_base(format!("http://{}", server.address()))
        .api_key(KEY)
        .env(|_| None)
}

fn client(server: &Server) -> Ollama {
    builder(server).build().unwrap()
}

fn question() -> Request {
    Request::new([Message::user("What is the capital of France?")])
}

/// An answer of this text.
fn text(text: &str) -> Answer {
    Answer::json(200, said(json!({"role": "assistant", "content": text})))
}

fn said(message: Value) -> Value {
    json!({"model": "qwen3:8b", "message": message, "done": true, "done_reason": "stop"})
}

/// What the client sends for `request`.
async fn sent(request: &Request) -> Value {
    let server = Server::start([text("fine")]).await;
    client(&server).generate(request).await.unwrap();
    server.only().json()
}

/// What the client makes of `answer`.
async fn answered(answer: Answer) -> Result<Response, LmError> {
    let server = Server::start([answer]).await;
    client(&server).generate(&question()).await
}

fn with(change: impl FnOnce(&mut Settings)) -> Request {
    let mut settings = Settings::default();
    change(&mut settings);
    question().with_settings(settings)
}
