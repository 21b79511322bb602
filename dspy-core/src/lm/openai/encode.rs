//! A request as Chat Completions wants it.

mod media;
mod messages;

use serde_json::{Map, Number, Value, json};

use super::super::client::{ModelName, config};
use super::super::error::LmError;
use super::super::request::{Request, ResponseFormat, Settings, ToolChoice};
use super::quirks;

/// The request's body. `settings` are the request's own over the client's.
pub(super) fn body(
    model: &ModelName,
    request: &Request,
    settings: &Settings,
    stream: bool,
) -> Result<Vec<u8>, LmError> {
    quirks::check(model, settings)?;
    if request.messages.is_empty() {
        return Err(config("the request has no messages; give it at least one"));
    }
    let mut body = Map::new();
    body.insert("model".to_owned(), model.sent().into());
    // Tools and format stand before the messages: the part of a body that stays the same between
    // calls comes first.
    add_tools(&mut body, request)?;
    if let Some(format) = response_format(&request.response_format) {
        body.insert("response_format".to_owned(), format);
    }
    body.insert("messages".to_owned(), messages::encode(model, &request.messages)?.into());
    add_settings(&mut body, model, settings)?;
    if stream {
        body.insert("stream".to_owned(), true.into());
        body.insert("stream_options".to_owned(), json!({"include_usage": true}));
    }
    add_extra(&mut body, &settings.extra)?;
    serde_json::to_vec(&body)
        .map_err(|error| config(format!("the request cannot be written as JSON: {error}")))
}

fn add_tools(body: &mut Map<String, Value>, request: &Request) -> Result<(), LmError> {
    let named = |name: &str| request.tools.iter().any(|tool| tool.name == name);
    let choice = match &request.tool_choice {
        ToolChoice::Auto => None,
        ToolChoice::None => Some(json!("none")),
        ToolChoice::Required if request.tools.is_empty() => {
            return Err(config("the request requires a tool call but offers no tool; add tools"));
        }
        ToolChoice::Required => Some(json!("required")),
        ToolChoice::Tool(name) if !named(name) => {
            return Err(config(format!(
                "the request requires the tool `{name}` but does not offer it; add it to the tools"
            )));
        }
        ToolChoice::Tool(name) => Some(json!({"type": "function", "function": {"name": name}})),
    };
    if request.tools.is_empty() {
        return Ok(());
    }
    let tools = request.tools.iter().map(|tool| {
        let mut function = Map::new();
        function.insert("name".to_owned(), tool.name.as_str().into());
        if !tool.description.is_empty() {
            function.insert("description".to_owned(), tool.description.as_str().into());
        }
        function.insert("parameters".to_owned(), tool.parameters.clone());
        json!({"type": "function", "function": function})
    });
    body.insert("tools".to_owned(), tools.collect());
    if let Some(choice) = choice {
        body.insert("tool_choice".to_owned(), choice);
    }
    Ok(())
}

fn response_format(format: &ResponseFormat) -> Option<Value> {
    match format {
        ResponseFormat::Text => None,
        ResponseFormat::JsonObject => Some(json!({"type": "json_object"})),
        ResponseFormat::JsonSchema { name, schema, strict } => {
            let mut inner = Map::new();
            inner.insert("name".to_owned(), name.as_str().into());
            // Not strict is the default everywhere, and some servers do not know the word.
            if *strict {
                inner.insert("strict".to_owned(), true.into());
            }
            inner.insert("schema".to_owned(), schema.clone());
            Some(json!({"type": "json_schema", "json_schema": inner}))
        }
    }
}

fn add_settings(
    body: &mut Map<String, Value>,
    model: &ModelName,
    settings: &Settings,
) -> Result<(), LmError> {
    let limit = if quirks::reasons(model) { "max_completion_tokens" } else { "max_tokens" };
    let fields = [
        ("temperature", number("temperature", settings.temperature)?),
        ("top_p", number("top_p", settings.top_p)?),
        ("top_k", settings.top_k.map(Value::from)),
        (limit, settings.max_tokens.map(Value::from)),
        ("n", settings.n.map(Value::from)),
        ("seed", settings.seed.map(Value::from)),
        ("stop", (!settings.stop.is_empty()).then(|| settings.stop.clone().into())),
        ("presence_penalty", number("presence_penalty", settings.presence_penalty)?),
        ("frequency_penalty", number("frequency_penalty", settings.frequency_penalty)?),
        ("logprobs", settings.logprobs.map(|_| true.into())),
        ("top_logprobs", settings.logprobs.filter(|top| *top > 0).map(Value::from)),
        ("reasoning_effort", settings.reasoning_effort.as_deref().map(Value::from)),
        ("parallel_tool_calls", settings.parallel_tool_calls.map(Value::from)),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    }
    Ok(())
}

fn add_extra(body: &mut Map<String, Value>, extra: &Map<String, Value>) -> Result<(), LmError> {
    for (name, value) in extra {
        if name != "stream" && body.contains_key(name) {
            return Err(config(format!(
                "the extra field `{name}` is already set by the request; set it in one place only"
            )));
        }
        if name == "stream" {
            return Err(config(
                "the extra field `stream` would change how the answer comes; leave it out",
            ));
        }
        body.insert(name.clone(), value.clone());
    }
    Ok(())
}

fn number(name: &str, value: Option<f64>) -> Result<Option<Value>, LmError> {
    let Some(value) = value else { return Ok(None) };
    match Number::from_f64(value) {
        Some(number) => Ok(Some(Value::Number(number))),
        None => Err(config(format!("{name} is {value}; it must be a finite number"))),
    }
}
