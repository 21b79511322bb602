//! Answers kept in memory and in a file.
#![cfg(feature = "cache")]

#[cfg(feature = "disk-cache")]
#[path = "cache/disk.rs"]
mod disk;
#[path = "cache/flights.rs"]
mod flights;
#[path = "cache/keys.rs"]
mod keys;
#[path = "cache/memory.rs"]
mod memory;
#[cfg(feature = "disk-cache")]
#[allow(dead_code, reason = "no test uses all of it")]
#[path = "support/http.rs"]
mod support;

use dspy::lm::{Message, Request, Settings};

/// A request of one user message.
fn ask(text: &str) -> Request {
    Request::new([Message::user(text)])
}

fn ask_for(text: &str, n: u32) -> Request {
    ask(text).with_settings(Settings::default().with_n(n))
}
