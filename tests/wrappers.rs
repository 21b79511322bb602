//! The wrappers of models, each alone, on a clock that stands still.

#[path = "wrappers/budget.rs"]
mod budget;
#[path = "wrappers/circuit_breaker.rs"]
mod circuit_breaker;
#[path = "wrappers/fallback.rs"]
mod fallback;
#[path = "wrappers/limit.rs"]
mod limit;
#[path = "wrappers/model.rs"]
mod model;
#[path = "wrappers/prices.rs"]
mod prices;
#[path = "wrappers/retry.rs"]
mod retry;
#[path = "wrappers/stack.rs"]
mod stack;
#[path = "wrappers/timeout.rs"]
mod timeout;

use std::time::Duration;

use dspy::lm::{
    EventStream, LmError, Message, ProviderFailure, Request, Response, Settings, StreamEvent,
};
use futures_util::StreamExt;

fn question() -> Request {
    Request::new([Message::user("What is the capital of France?")])
}

fn asking(set: impl FnOnce(&mut Settings)) -> Request {
    let mut settings = Settings::default();
    set(&mut settings);
    question().with_settings(settings)
}

fn failure(status: u16) -> Box<ProviderFailure> {
    let mut failure = ProviderFailure::default();
    failure.host = "far.example".to_owned();
    failure.status = status;
    failure.message = "no".to_owned();
    Box::new(failure)
}

fn server_error() -> LmError {
    LmError::Server(failure(503))
}

fn rate_limit(wait: Option<Duration>) -> LmError {
    let mut failure = failure(429);
    failure.retry_after = wait;
    LmError::RateLimit(failure)
}

fn broken() -> LmError {
    LmError::Transport { host: "far.example".to_owned(), message: "it broke".to_owned() }
}

fn invalid() -> LmError {
    LmError::InvalidRequest(failure(400))
}

fn text(delta: &str) -> StreamEvent {
    StreamEvent::Text { index: 0, delta: delta.to_owned() }
}

/// An answer of so many tokens read and written.
fn answer(prompt: u64, completion: u64) -> Response {
    let mut response = Response::text("Paris.");
    response.usage.calls = 1;
    response.usage.prompt_tokens = prompt;
    response.usage.completion_tokens = completion;
    response
}

fn secs(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

async fn all(stream: EventStream) -> Vec<Result<StreamEvent, LmError>> {
    stream.collect().await
}
