//! What a handle notes of its calls: history, usage, spans.

#[path = "history/calls.rs"]
mod calls;
#[path = "history/files.rs"]
mod files;
#[path = "history/meter.rs"]
mod meter;
#[path = "history/spans.rs"]
mod spans;
#[allow(dead_code, reason = "no test uses all of it")]
#[path = "support/http.rs"]
mod support;

use dspy::lm::{Lm, Message, OpenAi, Request};
use support::Server;

/// A key that must turn up nowhere but in the header.
const KEY: &str = "sk-canary-0c5e91aa77";

fn ask(text: &str) -> Request {
    Request::new([Message::user(text)])
}

/// A handle as users get it, on a server of ours.
fn lm(server: &Server) -> Lm {
    let client = OpenAi::builder("m").api_base(server.base()).api_key(KEY).env(|_| None);
    client.build().unwrap().into_lm()
}
