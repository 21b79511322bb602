//! The OpenAI client against a server on this machine.

#[path = "openai/answers.rs"]
mod answers;
#[path = "openai/azure.rs"]
mod azure;
#[path = "openai/embeddings.rs"]
mod embeddings;
#[path = "openai/failures.rs"]
mod failures;
#[path = "openai/keys.rs"]
mod keys;
#[path = "openai/limits.rs"]
mod limits;
#[path = "openai/pieces.rs"]
mod pieces;
#[path = "openai/properties.rs"]
mod properties;
#[path = "openai/proxies.rs"]
mod proxies;
#[path = "openai/requests.rs"]
mod requests;
#[path = "openai/retries.rs"]
mod retries;
#[path = "openai/services.rs"]
mod services;
#[path = "openai/streams.rs"]
mod streams;
#[path = "support/http.rs"]
mod support;
#[path = "openai/texts.rs"]
mod texts;

use dspy::lm::{LanguageModel, LmError, Message, OpenAi, OpenAiBuilder, Request, Response};
use serde_json::Value;
use support::{Answer, Server};

/// A key that must turn up nowhere but in the header.
const KEY: &str = "sk-canary-5bd1e77c0f";

/// A client of `server` with the key, cut off from the environment.
fn builder(server: &Server) -> OpenAiBuilder {
    OpenAi::builder("test-model").api_base(server.base()).api_key(KEY).env(|_| None)
}

fn client(server: &Server) -> OpenAi {
    builder(server).build().unwrap()
}

fn question() -> Request {
    Request::new([Message::user("What is the capital of France?")])
}

/// What the client sends for `request`.
async fn sent(request: &Request) -> Value {
    let server = Server::start([Answer::text("fine")]).await;
    client(&server).generate(request).await.unwrap();
    server.only().json()
}

/// What the client makes of `answer`.
async fn answered(answer: Answer) -> Result<Response, LmError> {
    let server = Server::start([answer]).await;
    client(&server).generate(&question()).await
}

/// The failure that the client makes of `answer`.
async fn failed(answer: Answer) -> LmError {
    answered(answer).await.expect_err("a failure")
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
