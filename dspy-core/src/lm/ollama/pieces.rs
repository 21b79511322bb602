//! [`OllamaPieces`]: an answer of Ollama, whole or line by line, read leniently: every field may be
//! missing, every word unknown.

use serde_json::Value;

use super::super::client::{Assembly, Fault, Pieces, arguments, error_in};
use super::super::message::ToolCall;
use super::super::response::{TokenLogprob, Usage};

/// Reads the lines of one answer.
#[derive(Debug)]
pub struct OllamaPieces;

impl Pieces for OllamaPieces {
    fn take(&mut self, _event: &str, data: &str, to: &mut Assembly) -> Result<(), Fault> {
        let value = serde_json::from_str(data).map_err(|error| {
            Fault::Unreadable(format!("a line of the stream is no JSON ({error})"))
        })?;
        line(&value, to)
    }
}

/// Reads one line, or a whole answer: they look the same.
pub(super) fn line(line: &Value, to: &mut Assembly) -> Result<(), Fault> {
    if let Some(error) = error_in(line) {
        return Err(Fault::Reported(error.clone()));
    }
    let Value::Object(fields) = line else {
        return Err(Fault::Unreadable("expected a JSON object".to_owned()));
    };
    to.model(text(line, "model"));
    if let Some(message) = line.get("message") {
        to.begin(0);
        to.reasoning(0, text(message, "thinking"));
        to.text(0, text(message, "content"));
        let calls = message.get("tool_calls").and_then(Value::as_array);
        for call in calls.into_iter().flatten() {
            let function = call.get("function").unwrap_or(call);
            let arguments = arguments(function.get("arguments"));
            let id = text(call, "id");
            to.whole_tool_call(0, ToolCall::new(id, text(function, "name"), arguments));
        }
    }
    let tokens = line.get("logprobs").and_then(Value::as_array);
    if let Some(tokens) = tokens.filter(|tokens| !tokens.is_empty()) {
        to.logprobs(0, tokens.iter().filter_map(token).collect());
    }
    if line.get("done").and_then(Value::as_bool) == Some(true) {
        let word = text(line, "done_reason");
        to.finish(0, Some(word).filter(|word| !word.is_empty()));
        to.usage(usage(line));
        for (name, value) in fields {
            if !KNOWN.contains(&name.as_str()) {
                to.rest(name, value.clone());
            }
        }
        to.end();
    }
    Ok(())
}

const KNOWN: [&str; 7] =
    ["model", "message", "done", "done_reason", "prompt_eval_count", "eval_count", "logprobs"];

/// Counts may be missing, such as that of a prompt the server still had.
fn usage(line: &Value) -> Usage {
    let count = |name: &str| line.get(name).and_then(Value::as_u64).unwrap_or(0);
    Usage {
        calls: 1,
        prompt_tokens: count("prompt_eval_count"),
        completion_tokens: count("eval_count"),
        ..Usage::default()
    }
}

fn token(item: &Value) -> Option<TokenLogprob> {
    let (token, logprob) = pair(item)?;
    let top = item.get("top_logprobs").and_then(Value::as_array);
    let mut top: Vec<_> = top.into_iter().flatten().filter_map(pair).collect();
    top.sort_by(|one, other| other.1.total_cmp(&one.1));
    Some(TokenLogprob { token, logprob, top })
}

fn pair(item: &Value) -> Option<(String, f64)> {
    Some((item.get("token")?.as_str()?.to_owned(), item.get("logprob")?.as_f64()?))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
