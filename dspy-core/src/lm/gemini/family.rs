//! What a model's name says about what it takes.

use super::super::client::{ModelName, config};
use super::super::error::LmError;
use super::super::model::Capabilities;
use super::super::request::Settings;
use crate::schema::subset::Dialect;

use serde_json::{Value, json};

/// The most stop texts that the API takes.
const MOST_STOPS: usize = 5;

/// How a model is told how hard to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thinking {
    /// It does not think.
    Never,
    /// By a number of tokens.
    Budget,
    /// By a word.
    Level,
}

/// The version in the name, such as 2.5; `None` for names without one.
fn version(model: &ModelName) -> Option<(u32, u32)> {
    let rest = model.family().strip_prefix("gemini-")?;
    let number = rest.split('-').next().unwrap_or(rest);
    let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

pub(super) fn thinking(model: &ModelName) -> Thinking {
    match version(model) {
        Some(version) if version < (2, 5) => Thinking::Never,
        Some((2, _)) => Thinking::Budget,
        // Names without a version mean the newest; the server judges the rest.
        _ => Thinking::Level,
    }
}

/// Settings that are known to be refused, found before the call.
pub(super) fn check(model: &ModelName, settings: &Settings) -> Result<(), LmError> {
    if settings.stop.len() > MOST_STOPS {
        return Err(model.unsupported(
            format!("{} stop texts", settings.stop.len()),
            format!("give at most {MOST_STOPS}"),
        ));
    }
    if settings.parallel_tool_calls == Some(false) {
        return Err(model.unsupported(
            "parallel_tool_calls=false",
            "leave it out, and expect several calls in one turn",
        ));
    }
    match settings.seed {
        Some(seed) if i32::try_from(seed).is_err() => {
            Err(model.unsupported(format!("the seed {seed}"), "choose one that fits 32 bits"))
        }
        _ => Ok(()),
    }
}

/// The `thinkingConfig` that an effort stands for.
pub(super) fn thinking_config(model: &ModelName, effort: &str) -> Result<Value, LmError> {
    let lower = effort.to_ascii_lowercase();
    match thinking(model) {
        Thinking::Never => Err(model.unsupported("reasoning_effort", "leave it out")),
        Thinking::Level if lower == "none" => Err(model.unsupported(
            "reasoning_effort=none",
            "it always thinks; ask for `minimal` or `low`, whichever it has",
        )),
        Thinking::Level => Ok(json!({"thinkingLevel": lower, "includeThoughts": true})),
        Thinking::Budget => {
            // The sizes that Google's own OpenAI-compatible API takes these words for.
            let budget = match lower.as_str() {
                "none" => 0,
                "minimal" | "low" => 1024,
                "medium" => 8192,
                "high" => 24_576,
                other => other.parse::<i64>().map_err(|_| {
                    config(format!(
                        "reasoning_effort is `{effort}`; {} knows `none`, `minimal`, `low`, \
                         `medium`, `high`, or a number of tokens",
                        model.label()
                    ))
                })?,
            };
            if budget == 0 && model.family().starts_with("gemini-2.5-pro") {
                return Err(
                    model.unsupported("reasoning_effort=none", "it always thinks; ask for `low`")
                );
            }
            Ok(json!({"thinkingBudget": budget, "includeThoughts": budget != 0}))
        }
    }
}

/// Whether the model refuses tool calls in the conversation that lost their signatures.
pub(super) fn wants_signatures(model: &ModelName) -> bool {
    version(model).is_some_and(|version| version >= (3, 0))
}

pub(super) fn capabilities(model: &ModelName) -> Capabilities {
    let old = thinking(model) == Thinking::Never;
    // The open models take no JSON mode and no tools here.
    let open = model.own_host() && model.family().starts_with("gemma-3");
    Capabilities {
        json_schema: !open,
        dialect: if old { Dialect::GeminiOpenApi } else { Dialect::Gemini },
        json_object: !open,
        tools: !open,
        images: true,
        audio: !open,
        // Google switched them off for newer models, but for those in its cloud.
        logprobs: !model.own_host() || old,
        reasoning: !old && !open,
        n: false,
        citations: false,
    }
}
