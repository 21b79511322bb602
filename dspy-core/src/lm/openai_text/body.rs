//! A request as the text completions want it.

use serde::Serialize;

use super::super::client::ModelName;
use super::super::error::LmError;
use super::super::openai::{StreamOptions, write};
use super::super::request::{Request, ResponseFormat, Settings, ToolChoice};
use super::prompt;

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    prompt: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_k: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logprobs: Option<u8>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

pub(super) fn encode(
    model: &ModelName,
    request: &Request,
    settings: &Settings,
    stream: bool,
) -> Result<Vec<u8>, LmError> {
    check(model, request, settings)?;
    let prompt = prompt::of(model, &request.messages)?;
    let body = Body {
        model: model.sent(),
        prompt: &prompt,
        temperature: settings.temperature,
        top_p: settings.top_p,
        top_k: settings.top_k,
        max_tokens: settings.max_tokens,
        n: settings.n,
        seed: settings.seed,
        stop: &settings.stop,
        presence_penalty: settings.presence_penalty,
        frequency_penalty: settings.frequency_penalty,
        logprobs: settings.logprobs,
        stream,
        stream_options: stream.then_some(StreamOptions { include_usage: true }),
    };
    write(&body, prompt.len() + prompt.len() / 16 + 256, &settings.extra)
}

fn check(model: &ModelName, request: &Request, settings: &Settings) -> Result<(), LmError> {
    let missing = [
        ("tools", !request.tools.is_empty() || request.tool_choice != ToolChoice::Auto),
        ("answers in JSON", request.response_format != ResponseFormat::Text),
        ("reasoning_effort", settings.reasoning_effort.is_some()),
        ("parallel_tool_calls", settings.parallel_tool_calls.is_some()),
        ("top_k", model.own_host() && settings.top_k.is_some()),
    ];
    match missing.into_iter().find(|(_, wanted)| *wanted) {
        None => Ok(()),
        Some((feature, _)) => Err(model.unsupported(
            feature,
            "text completions do not have it; leave it out, or write the model as `openai/NAME`",
        )),
    }
}
