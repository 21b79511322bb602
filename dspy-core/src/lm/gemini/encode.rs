//! A request as the Gemini API wants it.

mod media;
mod messages;

use serde_json::{Map, Value, json};

use super::super::client::{ModelName, add_extra, check_choice, config};
use super::super::error::LmError;
use super::super::request::{Request, ResponseFormat, Settings, ToolChoice, ToolSpec};
use super::family;
use crate::schema::subset::Dialect;

/// The request's body. `settings` are the request's own over the client's.
pub(super) fn body(
    model: &ModelName,
    request: &Request,
    settings: &Settings,
) -> Result<Vec<u8>, LmError> {
    family::check(model, settings)?;
    check_choice(request)?;
    let mut body = Map::new();
    if !request.tools.is_empty() {
        let declarations: Vec<Value> = request.tools.iter().map(declaration).collect();
        body.insert("tools".to_owned(), json!([{"functionDeclarations": declarations}]));
        if let Some(calling) = calling(&request.tool_choice) {
            body.insert("toolConfig".to_owned(), json!({"functionCallingConfig": calling}));
        }
    }
    let conversation = messages::encode(model, &request.messages)?;
    if !conversation.system.is_empty() {
        body.insert("systemInstruction".to_owned(), json!({"parts": conversation.system}));
    }
    let config_fields = generation_config(model, request, settings)?;
    if !config_fields.is_empty() {
        body.insert("generationConfig".to_owned(), config_fields.into());
    }
    if conversation.turns.is_empty() {
        return Err(config("the request has no message but the system's; give it a user message"));
    }
    body.insert("contents".to_owned(), conversation.turns.into());
    add_extra(&mut body, &settings.extra)?;
    serde_json::to_vec(&body)
        .map_err(|error| config(format!("the request cannot be written as JSON: {error}")))
}

fn declaration(tool: &ToolSpec) -> Value {
    let mut declaration = Map::new();
    declaration.insert("name".to_owned(), tool.name.as_str().into());
    if !tool.description.is_empty() {
        declaration.insert("description".to_owned(), tool.description.as_str().into());
    }
    declaration.insert("parametersJsonSchema".to_owned(), tool.parameters.clone());
    declaration.into()
}

fn calling(choice: &ToolChoice) -> Option<Value> {
    match choice {
        ToolChoice::Auto => None,
        ToolChoice::None => Some(json!({"mode": "NONE"})),
        ToolChoice::Required => Some(json!({"mode": "ANY"})),
        ToolChoice::Tool(name) => Some(json!({"mode": "ANY", "allowedFunctionNames": [name]})),
    }
}

fn generation_config(
    model: &ModelName,
    request: &Request,
    settings: &Settings,
) -> Result<Map<String, Value>, LmError> {
    let (mime, schema) = match &request.response_format {
        ResponseFormat::Text => (None, None),
        ResponseFormat::JsonObject => (Some("application/json"), None),
        ResponseFormat::JsonSchema { schema, .. } => (Some("application/json"), Some(schema)),
    };
    let schema_field = match family::capabilities(model).dialect {
        Dialect::GeminiOpenApi => "responseSchema",
        _ => "responseJsonSchema",
    };
    let effort = settings.reasoning_effort.as_deref();
    let thinking = effort.map(|effort| family::thinking_config(model, effort)).transpose()?;
    let fields = [
        ("responseMimeType", mime.map(Value::from)),
        (schema_field, schema.cloned()),
        ("temperature", settings.temperature.map(Value::from)),
        ("topP", settings.top_p.map(Value::from)),
        ("topK", settings.top_k.map(Value::from)),
        ("maxOutputTokens", settings.max_tokens.map(Value::from)),
        ("seed", settings.seed.map(Value::from)),
        ("stopSequences", (!settings.stop.is_empty()).then(|| settings.stop.clone().into())),
        ("presencePenalty", settings.presence_penalty.map(Value::from)),
        ("frequencyPenalty", settings.frequency_penalty.map(Value::from)),
        ("responseLogprobs", settings.logprobs.map(|_| true.into())),
        ("logprobs", settings.logprobs.filter(|top| *top > 0).map(Value::from)),
        ("thinkingConfig", thinking),
    ];
    let set = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Ok(set.collect())
}
