//! Tools and the choice among them.

use serde::Serialize;
use serde_json::Value;

use super::super::super::client::config;
use super::super::super::error::LmError;
use super::super::super::request::{Request, ToolChoice, ToolSpec};
use super::super::quirks::Quirks;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Tool<'a> {
    Function { function: Function<'a> },
}

#[derive(Serialize)]
pub(super) struct Function<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    parameters: &'a Value,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Choice<'a> {
    Word(&'static str),
    Named(Named<'a>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Named<'a> {
    Function { function: Name<'a> },
}

#[derive(Serialize)]
pub(super) struct Name<'a> {
    name: &'a str,
}

pub(super) fn offered(request: &Request) -> Vec<Tool<'_>> {
    let tools = request.tools.iter();
    tools
        .map(|ToolSpec { name, description, parameters }| Tool::Function {
            function: Function { name, description, parameters },
        })
        .collect()
}

pub(super) fn choice<'a>(
    quirks: &Quirks,
    request: &'a Request,
) -> Result<Option<Choice<'a>>, LmError> {
    Ok(match &request.tool_choice {
        ToolChoice::Required if request.tools.is_empty() => {
            return Err(config("the request requires a tool call but offers no tool; add tools"));
        }
        ToolChoice::Tool(name) if !request.tools.iter().any(|tool| tool.name == *name) => {
            return Err(config(format!(
                "the request requires the tool `{name}` but does not offer it; add it to the tools"
            )));
        }
        _ if request.tools.is_empty() => None,
        ToolChoice::Auto => None,
        ToolChoice::None => Some(Choice::Word("none")),
        ToolChoice::Required => Some(Choice::Word(quirks.required)),
        ToolChoice::Tool(name) => Some(Choice::Named(Named::Function { function: Name { name } })),
    })
}
