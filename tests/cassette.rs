//! Calls recorded and replayed, and models with a script.

#[path = "cassette/record.rs"]
mod record;
#[path = "cassette/replay.rs"]
mod replay;
#[path = "cassette/scripted.rs"]
mod scripted;
#[allow(dead_code, reason = "no test uses all of it")]
#[path = "support/http.rs"]
mod support;

use dspy::lm::{Message, Request};

fn ask(text: &str) -> Request {
    Request::new([Message::user(text)])
}
