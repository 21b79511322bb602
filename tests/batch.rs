//! Batches against a server on this machine.

#[path = "batch/anthropic.rs"]
mod anthropic;
#[path = "batch/jobs.rs"]
mod jobs;
#[path = "batch/openai.rs"]
mod openai;
#[allow(dead_code, reason = "no test uses all of it")]
#[path = "support/http.rs"]
mod support;

use dspy::lm::{LmError, Message, Request, Response};

/// A key that must turn up nowhere but in the header.
const KEY: &str = "sk-canary-5bd1e77c0f";

fn requests(texts: &[&str]) -> Vec<Request> {
    texts.iter().map(|text| Request::new([Message::user(*text)])).collect()
}

/// The texts of answers, and the errors in between.
fn texts(answers: &[Result<Response, LmError>]) -> Vec<String> {
    let text = |answer: &Result<Response, LmError>| match answer {
        Ok(response) => response.completions[0].joined_text(),
        Err(error) => format!("error: {error}"),
    };
    answers.iter().map(text).collect()
}

/// Values as JSON Lines.
fn lines(values: &[serde_json::Value]) -> String {
    values.iter().map(|value| format!("{value}\n")).collect()
}
