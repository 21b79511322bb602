//! A request as the Messages API wants it.

mod base64_text;
mod media;
mod messages;
mod sampling;

use serde_json::{Map, Value, json};

use super::super::client::{JsonBody, ModelName, config};
use super::super::error::LmError;
use super::super::request::{Request, ResponseFormat, Settings, ToolChoice};
use super::family::Family;
use super::thinking::Thoughts;

use self::messages::Conversation;

/// The request's body. `settings` are the request's own over the client's.
pub(super) fn body(
    model: &ModelName,
    family: &Family,
    request: &Request,
    settings: &Settings,
    stream: bool,
) -> Result<Vec<u8>, LmError> {
    let thoughts = Thoughts::plan(model, family, settings)?;
    let conversation = Conversation::of(model, &request.messages)?;
    if !family.prefill && conversation.ends_with_the_assistant() {
        return Err(model.unsupported(
            "an answer that is begun by the last message",
            "end with a user message",
        ));
    }
    let mut body = JsonBody::default();
    body.set("model", model.sent());
    // Tools and format stand before the messages: the part of a body that stays the same between
    // calls comes first.
    add_tools(model, &mut body, request, settings, &thoughts)?;
    let config = output_config(model, family, &request.response_format, &thoughts)?;
    body.set_if("output_config", config);
    if !conversation.system.is_empty() {
        body.set("system", conversation.system);
    }
    body.set("messages", conversation.turns);
    body.set("max_tokens", thoughts.max_tokens);
    sampling::add(&mut body, model, family, settings, &thoughts)?;
    body.set_if("thinking", thoughts.thinking);
    if stream {
        body.set("stream", true);
    }
    body.add_extra(&settings.extra)?;
    body.into_bytes()
}

fn add_tools(
    model: &ModelName,
    body: &mut JsonBody,
    request: &Request,
    settings: &Settings,
    thoughts: &Thoughts<'_>,
) -> Result<(), LmError> {
    let mut choice = match &request.tool_choice {
        ToolChoice::Auto => json!({"type": "auto"}),
        ToolChoice::None => json!({"type": "none"}),
        ToolChoice::Required if request.tools.is_empty() => {
            return Err(config("the request requires a tool call but offers no tool; add tools"));
        }
        ToolChoice::Required => json!({"type": "any"}),
        ToolChoice::Tool(name) if !request.tools.iter().any(|tool| tool.name == *name) => {
            return Err(config(format!(
                "the request requires the tool `{name}` but does not offer it; add it to the tools"
            )));
        }
        ToolChoice::Tool(name) => json!({"type": "tool", "name": name}),
    };
    if request.tools.is_empty() {
        return Ok(());
    }
    if thoughts.are_wanted()
        && matches!(request.tool_choice, ToolChoice::Required | ToolChoice::Tool(_))
    {
        return Err(model.unsupported(
            "thinking before a tool call that the request requires",
            "leave the tool choice to the model, or reasoning_effort out",
        ));
    }
    let tools = request.tools.iter().map(|tool| {
        let mut fields = Map::new();
        fields.insert("name".to_owned(), tool.name.as_str().into());
        if !tool.description.is_empty() {
            fields.insert("description".to_owned(), tool.description.as_str().into());
        }
        fields.insert("input_schema".to_owned(), tool.parameters.clone());
        Value::Object(fields)
    });
    body.set("tools", tools.collect::<Vec<_>>());
    let parallel = settings.parallel_tool_calls;
    if let (Some(parallel), Some(fields)) = (parallel, choice.as_object_mut())
        && request.tool_choice != ToolChoice::None
    {
        fields.insert("disable_parallel_tool_use".to_owned(), (!parallel).into());
    }
    if request.tool_choice != ToolChoice::Auto || parallel.is_some() {
        body.set("tool_choice", choice);
    }
    Ok(())
}

fn output_config(
    model: &ModelName,
    family: &Family,
    format: &ResponseFormat,
    thoughts: &Thoughts<'_>,
) -> Result<Option<Value>, LmError> {
    let mut config = Map::new();
    if let Some(effort) = thoughts.effort {
        config.insert("effort".to_owned(), effort.into());
    }
    match format {
        ResponseFormat::Text => {}
        ResponseFormat::JsonObject => {
            return Err(model.unsupported(
                "answers that are some JSON object",
                "ask for a schema, or for JSON in the prompt",
            ));
        }
        ResponseFormat::JsonSchema { .. } if !family.schema => {
            return Err(model.unsupported(
                "answers held to a JSON Schema",
                "ask for JSON in the prompt, or choose a newer model",
            ));
        }
        ResponseFormat::JsonSchema { schema, .. } => {
            let format = json!({"type": "json_schema", "schema": schema});
            config.insert("format".to_owned(), format);
        }
    }
    Ok((!config.is_empty()).then_some(Value::Object(config)))
}
