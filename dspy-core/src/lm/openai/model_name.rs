//! [`ModelName`]: what a model's name and host say about what it takes.

use super::super::error::LmError;
use super::super::model::Capabilities;
use super::super::request::Settings;
use crate::schema::subset::Dialect;

/// The name of a model, and whether OpenAI itself serves it.
#[derive(Clone, Debug)]
pub(super) struct ModelName {
    label: String,
    own_host: bool,
}

const PREFIX: &str = "openai/";

impl ModelName {
    pub(super) fn new(name: String, own_host: bool) -> Self {
        Self { label: format!("{PREFIX}{name}"), own_host }
    }

    /// The name as programs write it, such as `openai/gpt-4o-mini`.
    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// The name as the server knows it.
    pub(super) fn sent(&self) -> &str {
        self.label.strip_prefix(PREFIX).unwrap_or(&self.label)
    }

    pub(super) fn own_host(&self) -> bool {
        self.own_host
    }

    pub(super) fn unsupported(
        &self,
        feature: impl Into<String>,
        fix: impl Into<String>,
    ) -> LmError {
        LmError::Unsupported { model: self.label.clone(), feature: feature.into(), fix: fix.into() }
    }

    /// Whether it is one of OpenAI's reasoning models, which choose their sampling themselves.
    pub(super) fn reasons(&self) -> bool {
        let family = self.family();
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

    /// The name without a vendor's or a fine-tune's prefix.
    fn family(&self) -> &str {
        let name = self.sent();
        let name = name.rsplit('/').next().unwrap_or(name);
        name.strip_prefix("ft:").unwrap_or(name)
    }

    /// Settings that are known to be refused, found before the call.
    pub(super) fn check(&self, settings: &Settings) -> Result<(), LmError> {
        if self.own_host && settings.top_k.is_some() {
            return Err(self.unsupported("top_k", "leave it out, or set top_p"));
        }
        // With `none` the newer ones sample like any other model.
        if !self.reasons() || settings.reasoning_effort.as_deref() == Some("none") {
            return Ok(());
        }
        let moved = |value: Option<f64>, fixed: f64| value.is_some_and(|value| value != fixed);
        let refused = [
            ("a temperature other than 1", moved(settings.temperature, 1.0)),
            ("top_p", moved(settings.top_p, 1.0)),
            ("presence_penalty", moved(settings.presence_penalty, 0.0)),
            ("frequency_penalty", moved(settings.frequency_penalty, 0.0)),
            ("logprobs", settings.logprobs.is_some()),
            ("stop", !settings.stop.is_empty() && !self.family().starts_with("o1")),
        ];
        match refused.into_iter().find(|(_, set)| *set) {
            None => Ok(()),
            Some((feature, _)) => Err(self.unsupported(
                feature,
                "it is a reasoning model; leave the setting out, or set reasoning_effort to \
                 `none` where the model has it",
            )),
        }
    }

    pub(super) fn capabilities(&self) -> Capabilities {
        let old = ["gpt-3", "gpt-4-"].iter().any(|old| self.family().starts_with(old))
            || self.family() == "gpt-4";
        Capabilities {
            json_schema: !(self.own_host && old),
            dialect: Dialect::OpenAiStrict,
            json_object: true,
            tools: true,
            images: true,
            audio: !self.own_host || self.family().contains("audio"),
            logprobs: !self.reasons(),
            reasoning: !self.own_host || self.reasons(),
            n: true,
        }
    }
}
