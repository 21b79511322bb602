//! What becomes of calls when servers and connections misbehave. The server of these tests counts
//! requests and connections itself.

#[path = "reliability/answers.rs"]
mod answers;
#[path = "reliability/connections.rs"]
mod connections;
#[path = "support/fault.rs"]
mod fault;
#[path = "reliability/limits.rs"]
mod limits;
#[path = "reliability/storm.rs"]
mod storm;
#[path = "reliability/streams.rs"]
mod streams;
#[path = "reliability/waits.rs"]
mod waits;

use std::time::Duration;

use dspy::lm::{
    EventStream, LanguageModel, LmError, Message, OpenAi, OpenAiBuilder, Request, Response, Retry,
    StreamEvent,
};
use fault::FaultServer;
use futures_util::StreamExt;

/// A key that must turn up nowhere but in the header.
const KEY: &str = "sk-canary-90d1f5a7";

fn builder(server: &FaultServer) -> OpenAiBuilder {
    OpenAi::builder("m").api_base(server.base()).api_key(KEY).env(|_| None)
}

fn client(server: &FaultServer) -> OpenAi {
    builder(server).build().unwrap()
}

/// Retries without long waits.
fn hasty(client: OpenAi) -> Retry<OpenAi> {
    Retry::new(client).with_base(Duration::from_millis(2))
}

fn question() -> Request {
    Request::new([Message::user("What is the capital of France?")])
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn text(response: &Response) -> String {
    response.completions[0].joined_text()
}

/// The failure of a call, which must not show the key.
async fn failed(model: &impl LanguageModel) -> LmError {
    safe(model.generate(&question()).await.unwrap_err())
}

fn safe(error: LmError) -> LmError {
    assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
    error
}

/// The text that a stream brought, and how it ended.
async fn read(mut stream: EventStream) -> (String, Result<Response, LmError>) {
    let mut seen = String::new();
    while let Some(event) = stream.next().await {
        match event {
            Ok(StreamEvent::Text { delta, .. }) => seen.push_str(&delta),
            Ok(StreamEvent::Done(response)) => return (seen, Ok(response)),
            Ok(_) => {}
            Err(error) => return (seen, Err(safe(error))),
        }
    }
    panic!("the stream ended without a last word after `{seen}`");
}
