//! What this API, or a model by its name, does not take.

use super::super::client::ModelName;
use super::super::error::LmError;
use super::super::model::Capabilities;
use super::super::request::Settings;
use crate::schema::subset::Dialect;

/// Whether it is one of OpenAI's reasoning models.
pub(super) fn reasons(model: &ModelName) -> bool {
    let family = model.family();
    let series = |name: &str| {
        family.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    // One digit only: `gpt-35-turbo` is how some hosts spell 3.5.
    let mut rest = family.strip_prefix("gpt-").unwrap_or_default().chars();
    let (generation, next) = (rest.next(), rest.next());
    ["o1", "o3", "o4"].into_iter().any(series)
        || (matches!(generation, Some('5'..='9'))
            && !next.is_some_and(|c| c.is_ascii_digit())
            && !family.contains("-chat"))
}

/// Settings that are known to be refused, found before the call.
pub(super) fn check(model: &ModelName, settings: &Settings) -> Result<(), LmError> {
    let absent = [
        ("stop", !settings.stop.is_empty()),
        ("seed", settings.seed.is_some()),
        ("presence_penalty", settings.presence_penalty.is_some()),
        ("frequency_penalty", settings.frequency_penalty.is_some()),
        ("top_k", settings.top_k.is_some()),
    ];
    if let Some((name, _)) = absent.into_iter().find(|(_, set)| *set) {
        return Err(model.unsupported(
            format!("{name} in the Responses API"),
            "leave it out, or ask the model by Chat Completions as `openai/NAME`",
        ));
    }
    // With `none` the newer ones sample like any other model.
    if !reasons(model) || settings.reasoning_effort.as_deref() == Some("none") {
        return Ok(());
    }
    let moved = |value: Option<f64>| value.is_some_and(|value| value != 1.0);
    let refused = [
        ("a temperature other than 1", moved(settings.temperature)),
        ("top_p", moved(settings.top_p)),
        ("logprobs", settings.logprobs.is_some()),
    ];
    match refused.into_iter().find(|(_, set)| *set) {
        None => Ok(()),
        Some((feature, _)) => Err(model.unsupported(
            feature,
            "it is a reasoning model; leave the setting out, or set reasoning_effort to `none` \
             where the model has it",
        )),
    }
}

pub(super) fn capabilities(model: &ModelName) -> Capabilities {
    let old = ["gpt-3", "gpt-4-"].iter().any(|old| model.family().starts_with(old))
        || model.family() == "gpt-4";
    Capabilities {
        json_schema: !(model.own_host() && old),
        dialect: Dialect::OpenAiStrict,
        json_object: true,
        tools: true,
        images: true,
        audio: false,
        logprobs: !reasons(model),
        reasoning: !model.own_host() || reasons(model),
        n: false,
        citations: false,
    }
}
