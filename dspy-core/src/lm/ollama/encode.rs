//! A request as Ollama wants it.

mod messages;

use serde_json::{Map, Value, json};

use super::super::client::{ModelName, add_extra, check_choice, config};
use super::super::error::LmError;
use super::super::request::{Request, ResponseFormat, Settings, ToolChoice, ToolSpec};

/// The request's body. `settings` are the request's own over the client's.
pub(super) fn body(
    model: &ModelName,
    request: &Request,
    settings: &Settings,
    stream: bool,
) -> Result<Vec<u8>, LmError> {
    check(model, request, settings)?;
    let mut body = Map::new();
    body.insert("model".to_owned(), model.sent().into());
    // Without its tools the model cannot call any.
    if !request.tools.is_empty() && request.tool_choice != ToolChoice::None {
        body.insert("tools".to_owned(), request.tools.iter().map(tool).collect());
    }
    match &request.response_format {
        ResponseFormat::Text => {}
        ResponseFormat::JsonObject => {
            body.insert("format".to_owned(), "json".into());
        }
        ResponseFormat::JsonSchema { schema, .. } => {
            body.insert("format".to_owned(), schema.clone());
        }
    }
    body.insert("messages".to_owned(), messages::encode(model, &request.messages)?.into());
    let options = options(settings);
    if !options.is_empty() {
        body.insert("options".to_owned(), options.into());
    }
    if let Some(effort) = &settings.reasoning_effort {
        body.insert("think".to_owned(), think(effort));
    }
    if let Some(top) = settings.logprobs {
        body.insert("logprobs".to_owned(), true.into());
        if top > 0 {
            body.insert("top_logprobs".to_owned(), top.into());
        }
    }
    // What is not said here is a stream.
    body.insert("stream".to_owned(), stream.into());
    if !settings.extra.contains_key("truncate") {
        body.insert("truncate".to_owned(), false.into());
    }
    add_extra(&mut body, &settings.extra)?;
    serde_json::to_vec(&body)
        .map_err(|error| config(format!("the request cannot be written as JSON: {error}")))
}

/// What the API lacks, found before the call.
fn check(model: &ModelName, request: &Request, settings: &Settings) -> Result<(), LmError> {
    if request.messages.is_empty() {
        return Err(config("the request has no messages; give it at least one"));
    }
    check_choice(request)?;
    if matches!(request.tool_choice, ToolChoice::Required | ToolChoice::Tool(_)) {
        return Err(model.unsupported(
            "a required tool call",
            "leave the choice to the model, and say in the prompt that it should call the tool",
        ));
    }
    if settings.parallel_tool_calls == Some(false) {
        return Err(model.unsupported(
            "parallel_tool_calls=false",
            "leave it out, and expect several calls in one turn",
        ));
    }
    Ok(())
}

fn tool(tool: &ToolSpec) -> Value {
    let mut function = Map::new();
    function.insert("name".to_owned(), tool.name.as_str().into());
    if !tool.description.is_empty() {
        function.insert("description".to_owned(), tool.description.as_str().into());
    }
    function.insert("parameters".to_owned(), tool.parameters.clone());
    json!({"type": "function", "function": function})
}

fn options(settings: &Settings) -> Map<String, Value> {
    let fields = [
        ("temperature", settings.temperature.map(Value::from)),
        ("top_p", settings.top_p.map(Value::from)),
        ("top_k", settings.top_k.map(Value::from)),
        ("num_predict", settings.max_tokens.map(Value::from)),
        ("seed", settings.seed.map(Value::from)),
        ("stop", (!settings.stop.is_empty()).then(|| settings.stop.clone().into())),
        ("presence_penalty", settings.presence_penalty.map(Value::from)),
        ("frequency_penalty", settings.frequency_penalty.map(Value::from)),
    ];
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn think(effort: &str) -> Value {
    match effort.to_ascii_lowercase().as_str() {
        "none" | "false" => false.into(),
        "true" => true.into(),
        level => level.into(),
    }
}
