//! A request as the Responses API wants it.

mod input;
mod media;

use serde_json::{Map, Value, json};

use super::super::client::{JsonBody, ModelName, config};
use super::super::error::LmError;
use super::super::request::{Request, ResponseFormat, Settings, ToolChoice};
use super::quirks;

use self::input::Input;

/// The request's body. `settings` are the request's own over the client's.
pub(super) fn body(
    model: &ModelName,
    request: &Request,
    settings: &Settings,
    stream: bool,
) -> Result<Vec<u8>, LmError> {
    quirks::check(model, settings)?;
    let input = Input::of(model, &request.messages)?;
    let mut body = JsonBody::default();
    body.set("model", model.sent());
    // Tools and format stand before the messages: the part of a body that stays the same between
    // calls comes first.
    add_tools(&mut body, request)?;
    body.set_if("text", text(&request.response_format));
    body.set_if("instructions", input.instructions);
    body.set("input", input.items);
    body.set("store", false);
    add_settings(&mut body, model, settings);
    if stream {
        body.set("stream", true);
    }
    body.add_extra(&settings.extra)?;
    body.into_bytes()
}

fn add_tools(body: &mut JsonBody, request: &Request) -> Result<(), LmError> {
    let choice = match &request.tool_choice {
        ToolChoice::Auto => None,
        ToolChoice::None => Some(json!("none")),
        ToolChoice::Required if request.tools.is_empty() => {
            return Err(config("the request requires a tool call but offers no tool; add tools"));
        }
        ToolChoice::Required => Some(json!("required")),
        ToolChoice::Tool(name) if !request.tools.iter().any(|tool| tool.name == *name) => {
            return Err(config(format!(
                "the request requires the tool `{name}` but does not offer it; add it to the tools"
            )));
        }
        ToolChoice::Tool(name) => Some(json!({"type": "function", "name": name})),
    };
    if request.tools.is_empty() {
        return Ok(());
    }
    let tools = request.tools.iter().map(|tool| {
        let mut fields = Map::new();
        fields.insert("type".to_owned(), "function".into());
        fields.insert("name".to_owned(), tool.name.as_str().into());
        if !tool.description.is_empty() {
            fields.insert("description".to_owned(), tool.description.as_str().into());
        }
        fields.insert("parameters".to_owned(), tool.parameters.clone());
        // Strict is this API's default, and refuses schemas that do not follow its rules.
        fields.insert("strict".to_owned(), false.into());
        Value::Object(fields)
    });
    body.set("tools", tools.collect::<Vec<_>>());
    body.set_if("tool_choice", choice);
    Ok(())
}

fn text(format: &ResponseFormat) -> Option<Value> {
    let format = match format {
        ResponseFormat::Text => return None,
        ResponseFormat::JsonObject => json!({"type": "json_object"}),
        ResponseFormat::JsonSchema { name, schema, strict } => {
            json!({"type": "json_schema", "name": name, "strict": strict, "schema": schema})
        }
    };
    Some(json!({"format": format}))
}

fn add_settings(body: &mut JsonBody, model: &ModelName, settings: &Settings) {
    let mut include = Vec::new();
    if quirks::reasons(model) {
        // Without it nothing of the thoughts could be shown to the model in the next turn.
        include.push("reasoning.encrypted_content");
    }
    if settings.logprobs.is_some() {
        include.push("message.output_text.logprobs");
    }
    body.set_if("temperature", settings.temperature);
    body.set_if("top_p", settings.top_p);
    body.set_if("max_output_tokens", settings.max_tokens);
    body.set_if("top_logprobs", settings.logprobs);
    let effort = settings.reasoning_effort.as_deref();
    body.set_if("reasoning", effort.map(|effort| json!({"effort": effort})));
    body.set_if("parallel_tool_calls", settings.parallel_tool_calls);
    body.set_if("include", (!include.is_empty()).then_some(include));
}
