//! What a model's name and host say about what it takes.

use super::super::client::ModelName;
use super::super::error::LmError;
use super::super::model::Capabilities;
use super::super::request::Settings;
use crate::schema::subset::Dialect;

/// Whether it is one of OpenAI's reasoning models, which choose their sampling themselves.
pub(super) fn reasons(model: &ModelName) -> bool {
    let family = model.family();
    let series = |name: &str| {
        family.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    if ["o1", "o3", "o4"].into_iter().any(series) {
        return true;
    }
    // One digit only: `gpt-35-turbo` is how some hosts spell 3.5.
    let mut rest = family.strip_prefix("gpt-").unwrap_or_default().chars();
    let (generation, next) = (rest.next(), rest.next());
    matches!(generation, Some('5'..='9'))
        && !next.is_some_and(|c| c.is_ascii_digit())
        && !family.contains("-chat")
}

/// Settings that are known to be refused, found before the call.
pub(super) fn check(model: &ModelName, settings: &Settings) -> Result<(), LmError> {
    if model.own_host() && settings.top_k.is_some() {
        return Err(model.unsupported("top_k", "leave it out, or set top_p"));
    }
    // With `none` the newer ones sample like any other model.
    if !reasons(model) || settings.reasoning_effort.as_deref() == Some("none") {
        return Ok(());
    }
    let moved = |value: Option<f64>, fixed: f64| value.is_some_and(|value| value != fixed);
    let refused = [
        ("a temperature other than 1", moved(settings.temperature, 1.0)),
        ("top_p", moved(settings.top_p, 1.0)),
        ("presence_penalty", moved(settings.presence_penalty, 0.0)),
        ("frequency_penalty", moved(settings.frequency_penalty, 0.0)),
        ("logprobs", settings.logprobs.is_some()),
        ("stop", !settings.stop.is_empty() && !model.family().starts_with("o1")),
    ];
    match refused.into_iter().find(|(_, set)| *set) {
        None => Ok(()),
        Some((feature, _)) => Err(model.unsupported(
            feature,
            "it is a reasoning model; leave the setting out, or set reasoning_effort to \
             `none` where the model has it",
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
        audio: !model.own_host() || model.family().contains("audio"),
        logprobs: !reasons(model),
        reasoning: !model.own_host() || reasons(model),
        n: true,
    }
}
