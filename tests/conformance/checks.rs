//! What every client must do on every server that can show it.

use std::time::Duration;

use dspy::lm::{
    Completion, FinishReason, LanguageModel, Lm, LmError, Message, Part, Request, Response,
    ResponseFormat, Role, Settings, StreamEvent, ToolCall, ToolResult, ToolSpec,
};
use dspy::prelude::*;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::outcome::Fault;
use crate::target::Target;

pub(crate) type Checked = Result<String, Fault>;

macro_rules! ensure {
    ($condition:expr, $($message:tt)*) => {
        if !$condition {
            return Err(Fault::Other(format!($($message)*)));
        }
    };
}

fn settings() -> Settings {
    Settings::default().with_temperature(1.0).with_max_tokens(64)
}

fn ask(text: &str) -> Request {
    Request::new([Message::system("Be brief."), Message::user(text)]).with_settings(settings())
}

fn question() -> Request {
    ask("What is the capital of France?")
}

fn first(response: &Response) -> Result<&Completion, Fault> {
    response.completions.first().ok_or_else(|| Fault::Other("no completion".to_owned()))
}

/// Text, reasoning or tool calls: a real model of random weights may write any of them.
fn says_something(completion: &Completion) -> bool {
    !completion.parts.is_empty() || completion.finish == FinishReason::Stop
}

pub(crate) async fn chat(target: &Target) -> Checked {
    let response = target.lm().generate(&question()).await?;
    ensure!(response.completions.len() == 1, "{} completions", response.completions.len());
    let completion = first(&response)?;
    ensure!(says_something(completion), "an empty answer: {response:?}");
    if !target.is_real() {
        let text = completion.joined_text();
        ensure!(text.contains("Paris"), "the answer is `{text}`");
        ensure!(completion.finish == FinishReason::Stop, "it ended by {:?}", completion.finish);
    }
    Ok(response.model.map_or("the server names no model".to_owned(), |_| String::new()))
}

pub(crate) async fn usage(target: &Target) -> Checked {
    let response = target.lm().generate(&question()).await?;
    let usage = response.usage;
    ensure!(usage.calls == 1, "{} calls", usage.calls);
    ensure!(usage.prompt_tokens > 0, "no prompt tokens: {usage:?}");
    ensure!(!target.is_real() || usage.prompt_tokens >= 39, "fewer tokens than bytes: {usage:?}");
    Ok(format!("{} in, {} out", usage.prompt_tokens, usage.completion_tokens))
}

pub(crate) async fn conversation(target: &Target) -> Checked {
    let request = Request::new([
        Message::system("Be brief."),
        Message::user("Is Paris a city?"),
        Message::assistant("Yes."),
        Message::user("And what is the capital of France?"),
    ])
    .with_settings(settings());
    let response = target.lm().generate(&request).await?;
    ensure!(says_something(first(&response)?), "an empty answer: {response:?}");
    Ok(String::new())
}

pub(crate) async fn token_limit(target: &Target) -> Checked {
    let mut request = ask("cut short");
    let mut settings = settings().with_max_tokens(16);
    if target.is_real() && target.provider == "openai" {
        settings.extra.insert("ignore_eos".into(), json!(true));
    }
    request.settings = settings;
    // A model of random weights may stop by itself; a few tries make that unlikely.
    for seed in 0..20 {
        let mut request = request.clone();
        if target.provider == "openai" {
            request.settings.seed = Some(seed);
        }
        let response = target.lm().generate(&request).await?;
        let completion = first(&response)?;
        if completion.finish == FinishReason::Length {
            return Ok(format!("`{}`", completion.raw_finish.as_deref().unwrap_or_default()));
        }
    }
    Err(Fault::Other("no answer was cut off".to_owned()))
}

pub(crate) async fn stop(target: &Target) -> Checked {
    let mut request = question();
    request.settings.stop = vec!["e".to_owned(), "a".to_owned()];
    let response = target.lm().generate(&request).await?;
    let text = first(&response)?.joined_text();
    ensure!(!target.is_real() || !text.contains(['e', 'a']), "`{text}` goes beyond the stop");
    Ok(String::new())
}

pub(crate) async fn seed(target: &Target) -> Checked {
    let mut request = question();
    request.settings.seed = Some(3);
    let lm = target.lm();
    let (one, two) = (lm.generate(&request).await?, lm.generate(&request).await?);
    let (one, two) = (first(&one)?.joined_text(), first(&two)?.joined_text());
    ensure!(one == two, "`{one}` and `{two}`");
    Ok(String::new())
}

pub(crate) async fn several(target: &Target) -> Checked {
    let request = question().with_settings(settings().with_n(2));
    let response = target.lm().generate(&request).await?;
    ensure!(response.completions.len() == 2, "{} completions", response.completions.len());
    Ok(format!("{} call(s)", response.usage.calls))
}

pub(crate) async fn logprobs(target: &Target) -> Checked {
    let mut request = question();
    request.settings.logprobs = Some(3);
    let response = target.lm().generate(&request).await?;
    let Some(tokens) = &first(&response)?.logprobs else {
        return Err(Fault::Other("no log-probabilities".to_owned()));
    };
    ensure!(tokens.iter().all(|token| token.logprob <= 0.0), "{tokens:?}");
    Ok(format!("{} tokens", tokens.len()))
}

/// The pieces that came before the end, and the whole answer.
async fn streamed(lm: &Lm, request: &Request) -> Result<(Vec<StreamEvent>, Response), Fault> {
    let mut stream = LanguageModel::stream(lm, request).await?;
    let mut pieces = Vec::new();
    while let Some(event) = stream.next().await {
        match event? {
            StreamEvent::Done(response) => {
                ensure!(stream.next().await.is_none(), "something follows the end");
                return Ok((pieces, response));
            }
            piece => pieces.push(piece),
        }
    }
    Err(Fault::Other("the stream has no end".to_owned()))
}

fn text_of(pieces: &[StreamEvent], wanted: usize) -> String {
    pieces
        .iter()
        .filter_map(|piece| match piece {
            StreamEvent::Text { index, delta } if *index == wanted => Some(delta.as_str()),
            _ => None,
        })
        .collect()
}

pub(crate) async fn stream(target: &Target) -> Checked {
    let (pieces, response) = streamed(&target.lm(), &question()).await?;
    let whole = first(&response)?.joined_text();
    let text = text_of(&pieces, 0);
    ensure!(text == whole, "the pieces make `{text}`, the answer is `{whole}`");
    if !target.is_real() {
        ensure!(whole.contains("Paris"), "the answer is `{whole}`");
    }
    ensure!(response.usage.calls == 1, "{:?}", response.usage);
    let counted = response.usage.prompt_tokens > 0;
    Ok(format!("{} pieces{}", pieces.len(), if counted { ", usage" } else { ", no usage" }))
}

pub(crate) async fn stream_several(target: &Target) -> Checked {
    let request = question().with_settings(settings().with_n(2));
    let (pieces, response) = streamed(&target.lm(), &request).await?;
    ensure!(response.completions.len() == 2, "{} completions", response.completions.len());
    for (index, completion) in response.completions.iter().enumerate() {
        let (text, whole) = (text_of(&pieces, index), completion.joined_text());
        ensure!(text == whole, "{index}: the pieces make `{text}`, the answer is `{whole}`");
    }
    Ok(String::new())
}

pub(crate) async fn cancel(target: &Target) -> Checked {
    let lm = target.lm();
    for _ in 0..3 {
        let mut stream = LanguageModel::stream(&lm, &question()).await?;
        stream.next().await;
        drop(stream);
    }
    let response = lm.generate(&question()).await?;
    ensure!(says_something(first(&response)?), "an empty answer: {response:?}");
    Ok(String::new())
}

fn place() -> Value {
    json!({
        "type": "object",
        "properties": {
            "city": {"type": "string", "maxLength": 12},
            "size": {"type": "string", "enum": ["small", "large"]},
            "score": {"type": "integer", "minimum": 0, "maximum": 10},
        },
        "required": ["city", "size", "score"],
        "additionalProperties": false,
    })
}

pub(crate) async fn structured(target: &Target) -> Checked {
    let mut request = ask("Give a JSON object about a city: city, size, score.");
    request.settings = settings().with_max_tokens(400);
    request.response_format =
        ResponseFormat::JsonSchema { name: "place".to_owned(), schema: place(), strict: true };
    let response = target.lm().generate(&request).await?;
    let text = first(&response)?.joined_text();
    let value: Value = serde_json::from_str(&text).map_err(|e| format!("{e}: `{text}`"))?;
    ensure!(value["city"].is_string(), "{value}");
    ensure!(["small", "large"].iter().any(|size| value["size"] == *size), "{value}");
    ensure!(value["score"].as_i64().is_some_and(|score| (0..=10).contains(&score)), "{value}");
    Ok(String::new())
}

fn weather() -> Request {
    let mut request = ask("How is the weather in Paris?");
    request.tools = vec![ToolSpec::new(
        "weather",
        "The weather in a city.",
        json!({
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        }),
    )];
    request
}

fn check_call(response: &Response) -> Result<ToolCall, Fault> {
    let completion = first(response)?;
    let Some(call) = completion.tool_calls().next() else {
        return Err(Fault::Other(format!("no tool call: {completion:?}")));
    };
    ensure!(call.name == "weather", "the call is {call:?}");
    ensure!(call.arguments == json!({"city": "Paris"}), "the arguments are {}", call.arguments);
    ensure!(!call.id.is_empty(), "the call has no id");
    ensure!(
        completion.finish == FinishReason::ToolCalls,
        "it ended by {:?} ({:?})",
        completion.finish,
        completion.raw_finish
    );
    Ok(call.clone())
}

pub(crate) async fn tool_call(target: &Target) -> Checked {
    let call = check_call(&target.lm().generate(&weather()).await?)?;
    Ok(format!("id `{}`", call.id))
}

pub(crate) async fn tool_call_streamed(target: &Target) -> Checked {
    let (pieces, response) = streamed(&target.lm(), &weather()).await?;
    let call = check_call(&response)?;
    let seen = pieces.iter().any(
        |piece| matches!(piece, StreamEvent::ToolCall { call: streamed, .. } if *streamed == call),
    );
    ensure!(seen, "the call is not among the pieces: {pieces:?}");
    Ok(String::new())
}

pub(crate) async fn tool_result(target: &Target) -> Checked {
    let mut request = weather();
    let call = ToolCall::new("call_weather_1", "weather", json!({"city": "Paris"}));
    let result = Part::ToolResult(ToolResult::new(&call, "rain"));
    let turns = [
        Message::new(Role::Assistant, vec![Part::ToolCall(call)]),
        Message::new(Role::Tool, vec![result]),
    ];
    request.messages.extend(turns.into_iter().map(std::sync::Arc::new));
    let response = target.lm().generate(&request).await?;
    let text = first(&response)?.joined_text();
    ensure!(target.is_real() || text == "It rains.", "the answer is `{text}`");
    Ok(String::new())
}

pub(crate) async fn reasoning(target: &Target) -> Checked {
    let response = target.lm().generate(&ask("think first: the capital of France?")).await?;
    let completion = first(&response)?;
    let thought = completion.reasoning().unwrap_or_default();
    ensure!(thought == "France's capital.", "the reasoning is `{thought}`: {completion:?}");
    ensure!(completion.joined_text() == "Paris.", "the answer is {completion:?}");
    Ok(String::new())
}

pub(crate) async fn too_long(target: &Target) -> Checked {
    let (lm, request) = if target.is_real() {
        (target.lm(), ask(&"word ".repeat(5_000)))
    } else {
        (target.lm_named("too-long"), question())
    };
    match lm.generate(&request).await {
        Err(error) if error.is_context_window() && !error.is_retryable() => {
            no_key(target, &error).map(|()| String::new())
        }
        other => Err(Fault::Other(format!("expected the context window's error, got {other:?}"))),
    }
}

pub(crate) async fn unknown_model(target: &Target) -> Checked {
    match target.lm_named("no-such-model").generate(&question()).await {
        Err(error @ (LmError::NotFound(_) | LmError::InvalidRequest(_))) => {
            no_key(target, &error).map(|()| format!("{:?}", error.status().unwrap_or_default()))
        }
        other => Err(Fault::Other(format!("expected a refusal, got {other:?}"))),
    }
}

pub(crate) async fn wrong_key(target: &Target) -> Checked {
    let lm = target.lm_with_key("sk-wrong-canary-0c55");
    let request = if target.server == "aimock" { ask("please fail with 401") } else { question() };
    match lm.generate(&request).await {
        Err(error) if !error.is_retryable() => {
            ensure!(!shown(&error).contains("sk-wrong-canary"), "the key shows: {error}");
            Ok(format!("{:?}", error.status().unwrap_or_default()))
        }
        other => Err(Fault::Other(format!("expected a refusal, got {other:?}"))),
    }
}

pub(crate) async fn rate_limit(target: &Target) -> Checked {
    let (lm, request) = match target.server.as_str() {
        "aimock" => (target.lm(), ask("please fail with 429")),
        _ => (target.lm_named("limited"), question()),
    };
    // Without the retries, which would go on for minutes.
    let attempt = tokio::time::timeout(Duration::from_secs(20), lm.generate(&request)).await;
    match attempt {
        // Still waiting to ask again: it was understood as passing.
        Err(_) => Ok("waits to ask again".to_owned()),
        Ok(Err(error)) if error.status() == Some(429) => {
            no_key(target, &error).map(|()| "gave up after retries".to_owned())
        }
        Ok(other) => Err(Fault::Other(format!("expected a rate limit, got {other:?}"))),
    }
}

pub(crate) async fn unavailable(target: &Target) -> Checked {
    let request = ask("please fail with 503");
    match tokio::time::timeout(Duration::from_secs(20), target.lm().generate(&request)).await {
        Err(_) => Ok("waits to ask again".to_owned()),
        Ok(Err(error)) if error.status() == Some(503) => {
            no_key(target, &error).map(|()| "gave up after retries".to_owned())
        }
        Ok(other) => Err(Fault::Other(format!("expected a failing server, got {other:?}"))),
    }
}

#[derive(Signature)]
struct Capital {
    #[input]
    country: String,
    #[output]
    answer: String,
}

pub(crate) async fn predict(target: &Target) -> Checked {
    let program = Predict::<Capital>::new();
    let prediction = program.call("France").lm(&target.lm()).await;
    let prediction = prediction.map_err(|error| Fault::Other(error.to_string()))?;
    let answer = &prediction.output().answer;
    ensure!(answer == "Paris", "the answer is `{answer}`");
    Ok(String::new())
}

fn shown(error: &LmError) -> String {
    format!("{error} {error:?}")
}

fn no_key(target: &Target, error: &LmError) -> Result<(), Fault> {
    if let Some(key) = target.key() {
        ensure!(!shown(error).contains(key), "the key shows: {error}");
    }
    Ok(())
}
