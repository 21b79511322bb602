//! Language models: formats on the wire, wrappers, cache, history.
//!
//! One executable for them all: each links the whole library, and linking is what takes time and disk.
#![allow(clippy::duplicate_mod, reason = "files of one suite use the same servers and models")]

#[path = "../anthropic.rs"]
mod anthropic;
#[path = "../batch.rs"]
mod batch;
#[path = "../cache.rs"]
mod cache;
#[path = "../cassette.rs"]
mod cassette;
#[path = "../gemini.rs"]
mod gemini;
#[path = "../history.rs"]
mod history;
#[path = "../ollama.rs"]
mod ollama;
#[path = "../openai.rs"]
mod openai;
#[path = "../reliability.rs"]
mod reliability;
#[path = "../responses.rs"]
mod responses;
#[path = "../wire.rs"]
mod wire;
#[path = "../wrappers.rs"]
mod wrappers;
