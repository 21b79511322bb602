//! A request as Chat Completions wants it, written straight from what it is made of.

mod content;
mod extra;
mod media;
mod messages;
mod tools;

use serde::Serialize;
use serde_json::Value;

use super::super::client::config;
use super::super::error::LmError;
use super::super::message::Part;
use super::super::request::{Request, ResponseFormat, Settings};
use super::quirks::{Effort, Limit, Quirks, Seed};
use super::{ChatCompletions, refusal};

pub(in crate::lm) use self::extra::write;

use self::messages::Messages;
use self::tools::{Choice, Tool};

/// The request's body. `settings` are the request's own over the client's.
pub(super) fn body(
    chat: &ChatCompletions,
    request: &Request,
    settings: &Settings,
    stream: bool,
) -> Result<Vec<u8>, LmError> {
    refusal::check(chat, request, settings)?;
    if request.messages.is_empty() {
        return Err(config("the request has no messages; give it at least one"));
    }
    let quirks = &chat.quirks;
    let tokens = settings.max_tokens;
    let effort = settings.reasoning_effort.as_deref();
    let body = Body {
        model: chat.model.sent(),
        tools: tools::offered(request),
        tool_choice: tools::choice(quirks, request)?,
        response_format: Format::of(quirks, &request.response_format),
        messages: Messages::of(chat, &request.messages)?,
        temperature: settings.temperature,
        top_p: settings.top_p,
        top_k: settings.top_k,
        max_tokens: tokens.filter(|_| quirks.limit == Limit::MaxTokens),
        max_completion_tokens: tokens.filter(|_| quirks.limit == Limit::MaxCompletionTokens),
        n: settings.n,
        seed: settings.seed.filter(|_| quirks.seed == Seed::Seed),
        random_seed: settings.seed.filter(|_| quirks.seed == Seed::RandomSeed),
        stop: &settings.stop,
        presence_penalty: settings.presence_penalty,
        frequency_penalty: settings.frequency_penalty,
        logprobs: settings.logprobs.map(|_| true),
        top_logprobs: settings.logprobs.filter(|top| *top > 0),
        reasoning_effort: effort.filter(|_| quirks.effort == Effort::Word),
        reasoning: effort
            .filter(|_| quirks.effort == Effort::Object)
            .map(|effort| Reasoning { effort }),
        parallel_tool_calls: settings.parallel_tool_calls,
        usage: quirks.names_price.then_some(Include { include: true }),
        stream,
        stream_options: (stream && quirks.stream_usage)
            .then_some(StreamOptions { include_usage: true }),
    };
    write(&body, length(request), &settings.extra)
}

/// Tools and format stand before the messages: the part of a body that stays the same between
/// calls comes first.
#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Choice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<Format<'a>>,
    messages: Messages<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_k: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    random_seed: Option<i64>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logprobs: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_logprobs: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<Reasoning<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Include>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct Reasoning<'a> {
    effort: &'a str,
}

#[derive(Serialize)]
struct Include {
    include: bool,
}

#[derive(Serialize)]
pub(in crate::lm) struct StreamOptions {
    pub(in crate::lm) include_usage: bool,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format<'a> {
    JsonObject,
    JsonSchema { json_schema: Schema<'a> },
}

#[derive(Serialize)]
struct Schema<'a> {
    name: &'a str,
    // Not strict is the default everywhere, and some servers do not know the word.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    strict: bool,
    schema: &'a Value,
}

impl<'a> Format<'a> {
    fn of(quirks: &Quirks, format: &'a ResponseFormat) -> Option<Self> {
        match format {
            ResponseFormat::Text => None,
            ResponseFormat::JsonObject => Some(Self::JsonObject),
            ResponseFormat::JsonSchema { name, schema, strict } => Some(Self::JsonSchema {
                json_schema: Schema { name, strict: *strict && quirks.strict, schema },
            }),
        }
    }
}

/// About how long the body will be.
fn length(request: &Request) -> usize {
    let texts = request.messages.iter().flat_map(|message| &message.parts).map(|part| match part {
        // Line breaks and quotes take two.
        Part::Text { text } => text.len() + text.len() / 16 + 64,
        _ => 256,
    });
    256 + texts.sum::<usize>()
}
