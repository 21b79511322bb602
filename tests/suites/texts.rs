//! Prompts and answers: adapters, the parser, streams of fields.
//!
//! One executable for them all: each links the whole library, and linking is what takes time and disk.
#![allow(clippy::duplicate_mod, reason = "files of one suite use the same servers and models")]

#[path = "../adapters.rs"]
mod adapters;
#[path = "../bad_input.rs"]
mod bad_input;
#[path = "../chat_adapter.rs"]
mod chat_adapter;
#[path = "../hostile_texts.rs"]
mod hostile_texts;
#[path = "../parse.rs"]
mod parse;
#[path = "../parse_properties.rs"]
mod parse_properties;
#[path = "../parse_texts.rs"]
mod parse_texts;
#[path = "../partial.rs"]
mod partial;
#[path = "../streaming.rs"]
mod streaming;
#[path = "../terminal.rs"]
mod terminal;
