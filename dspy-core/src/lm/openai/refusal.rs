//! What is known to be refused, found before the call.

use super::super::error::LmError;
use super::super::request::{Request, ResponseFormat, Settings};
use super::quirks::Setting;
use super::{ChatCompletions, family};

const LEAVE_IT: &str =
    "leave it out, or put it into the settings' `extra` if the server takes it after all";

/// Settings and forms that this service or model does not have.
pub(super) fn check(
    chat: &ChatCompletions,
    request: &Request,
    settings: &Settings,
) -> Result<(), LmError> {
    let ChatCompletions { model, quirks } = chat;
    if let Some(setting) = quirks.refused.iter().find(|setting| setting.is_in(settings)) {
        return Err(model.unsupported(setting.name(), LEAVE_IT));
    }
    match request.response_format {
        ResponseFormat::JsonSchema { .. } if !quirks.json_schema => {
            return Err(model.unsupported("answers by schema", "ask for a JSON object instead"));
        }
        ResponseFormat::JsonObject if !quirks.json_object => {
            return Err(model.unsupported("answers in any JSON", "give a schema instead"));
        }
        _ => {}
    }
    match settings.reasoning_effort.as_deref() {
        Some(_) if quirks.official && family::only_answers(model.family()) => {
            Err(model.unsupported("reasoning_effort", "leave it out, or name a reasoning model"))
        }
        // With `none` the newer ones sample like any other model.
        Some("none") => Ok(()),
        _ if quirks.reasons => check_sampling(chat, settings),
        _ => Ok(()),
    }
}

fn check_sampling(chat: &ChatCompletions, settings: &Settings) -> Result<(), LmError> {
    let moved = |value: Option<f64>, fixed: f64| value.is_some_and(|value| value != fixed);
    let first = family::is_first_series(chat.model.family());
    let refused = [
        ("a temperature other than 1", moved(settings.temperature, 1.0)),
        ("top_p", moved(settings.top_p, 1.0)),
        ("presence_penalty", moved(settings.presence_penalty, 0.0)),
        ("frequency_penalty", moved(settings.frequency_penalty, 0.0)),
        ("logprobs", settings.logprobs.is_some()),
        ("stop", !settings.stop.is_empty() && !first),
    ];
    match refused.into_iter().find(|(_, set)| *set) {
        None => Ok(()),
        Some((feature, _)) => Err(chat.model.unsupported(
            feature,
            "it is a reasoning model; leave the setting out, or set reasoning_effort to \
             `none` where the model has it",
        )),
    }
}

impl Setting {
    fn is_in(self, settings: &Settings) -> bool {
        match self {
            Self::Logprobs => settings.logprobs.is_some(),
            Self::TopK => settings.top_k.is_some(),
            Self::Seed => settings.seed.is_some(),
            Self::ParallelToolCalls => settings.parallel_tool_calls.is_some(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Logprobs => "logprobs",
            Self::TopK => "top_k",
            Self::Seed => "seed",
            Self::ParallelToolCalls => "parallel_tool_calls",
        }
    }
}
