//! Sampling settings, and which of them a model refuses.

use super::super::super::client::{JsonBody, ModelName};
use super::super::super::error::LmError;
use super::super::super::request::Settings;
use super::super::family::{Family, Sampling};
use super::super::thinking::Thoughts;

/// The lowest `top_p` that a thinking model takes.
const THINKING_TOP_P: f64 = 0.95;

pub(super) fn add(
    body: &mut JsonBody,
    model: &ModelName,
    family: &Family,
    settings: &Settings,
    thoughts: &Thoughts<'_>,
) -> Result<(), LmError> {
    check_absent(model, settings)?;
    check_allowed(model, family, settings, thoughts)?;
    // Where sampling is fixed, 1 is what it is fixed at, and even the word may be refused.
    let said = family.sampling != Sampling::Fixed;
    body.set_if("temperature", settings.temperature.filter(|_| said));
    body.set_if("top_p", settings.top_p);
    body.set_if("top_k", settings.top_k);
    if !settings.stop.is_empty() {
        body.set("stop_sequences", settings.stop.clone());
    }
    Ok(())
}

/// Settings that this API does not have.
fn check_absent(model: &ModelName, settings: &Settings) -> Result<(), LmError> {
    let absent = [
        ("seed", settings.seed.is_some()),
        ("logprobs", settings.logprobs.is_some()),
        ("presence_penalty", settings.presence_penalty.is_some()),
        ("frequency_penalty", settings.frequency_penalty.is_some()),
    ];
    match absent.into_iter().find(|(_, set)| *set) {
        Some((name, _)) => Err(model.unsupported(name, "leave it out")),
        None => Ok(()),
    }
}

/// Values that this model refuses.
fn check_allowed(
    model: &ModelName,
    family: &Family,
    settings: &Settings,
    thoughts: &Thoughts<'_>,
) -> Result<(), LmError> {
    let Settings { temperature, top_p, top_k, .. } = settings;
    if let Some(temperature) = temperature.filter(|value| !(0.0..=1.0).contains(value))
        && (family.is_claude() || model.own_host())
    {
        return Err(
            model.unsupported(format!("a temperature of {temperature}"), "set it between 0 and 1")
        );
    }
    let moved = temperature.is_some_and(|value| value != 1.0);
    let (refused, why) = match family.sampling {
        Sampling::Fixed => (
            [
                ("a temperature other than 1", moved),
                ("top_p", top_p.is_some()),
                ("top_k", top_k.is_some()),
            ],
            "leave it out; this model chooses its sampling itself",
        ),
        _ if thoughts.are_wanted() => (
            [
                ("a temperature other than 1 while it thinks", moved),
                ("top_p below 0.95 while it thinks", top_p.is_some_and(|p| p < THINKING_TOP_P)),
                ("top_k while it thinks", top_k.is_some()),
            ],
            "leave it out, or reasoning_effort",
        ),
        Sampling::Either if model.own_host() => (
            [
                ("temperature together with top_p", temperature.is_some() && top_p.is_some()),
                ("", false),
                ("", false),
            ],
            "set one of them",
        ),
        Sampling::Either | Sampling::Free => return Ok(()),
    };
    match refused.into_iter().find(|(_, set)| *set) {
        Some((what, _)) => Err(model.unsupported(what, why)),
        None => Ok(()),
    }
}
