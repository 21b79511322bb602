//! [`Thoughts`]: how `reasoning_effort` is said to a model of one [`Family`].

use serde_json::{Value, json};

use super::super::client::{ModelName, config};
use super::super::error::LmError;
use super::super::request::Settings;
use super::family::{BUDGETS, Family, Thinking};

/// What a request says about thinking, and the room it leaves for the answer.
#[derive(Debug)]
pub(super) struct Thoughts<'a> {
    /// The field `thinking`.
    pub(super) thinking: Option<Value>,
    /// The field `output_config.effort`.
    pub(super) effort: Option<&'a str>,
    pub(super) max_tokens: u64,
}

impl<'a> Thoughts<'a> {
    pub(super) fn plan(
        model: &ModelName,
        family: &Family,
        settings: &'a Settings,
    ) -> Result<Self, LmError> {
        let max_tokens = settings.max_tokens.unwrap_or(family.max_tokens);
        let silent = Self { thinking: None, effort: None, max_tokens };
        let Some(effort) = settings.reasoning_effort.as_deref() else { return Ok(silent) };
        if effort == "none" {
            return match family.thinking {
                Thinking::Always => Err(model.unsupported(
                    "answers without thinking",
                    "leave reasoning_effort out, or set it to `low`",
                )),
                // Its default is to think, or is not known.
                Thinking::ByDefault => Ok(silent.with(json!({"type": "disabled"}))),
                Thinking::Budget if !family.is_claude() => {
                    Ok(silent.with(json!({"type": "disabled"})))
                }
                Thinking::Never | Thinking::Budget | Thinking::OnRequest => Ok(silent),
            };
        }
        match family.thinking {
            Thinking::Never => Err(model.unsupported(
                "reasoning_effort",
                "leave it out, or choose a model that thinks before it answers",
            )),
            Thinking::Budget => Self::budgeted(model, family, settings, effort),
            Thinking::OnRequest | Thinking::ByDefault | Thinking::Always => {
                if !family.efforts.is_empty() && !family.efforts.contains(&effort) {
                    return Err(unknown(model, effort, family.efforts.iter().copied()));
                }
                let thinking = if family.hides_thoughts {
                    json!({"type": "adaptive", "display": "summarized"})
                } else {
                    json!({"type": "adaptive"})
                };
                Ok(Self { effort: Some(effort), ..silent.with(thinking) })
            }
        }
    }

    /// Thinking counts towards `max_tokens`, so the budget comes on top of the default.
    fn budgeted(
        model: &ModelName,
        family: &Family,
        settings: &Settings,
        effort: &str,
    ) -> Result<Self, LmError> {
        let Some((_, budget)) = BUDGETS.iter().find(|(word, _)| *word == effort) else {
            return Err(unknown(model, effort, BUDGETS.iter().map(|(word, _)| *word)));
        };
        let max_tokens = settings.max_tokens.unwrap_or(family.max_tokens + budget);
        if max_tokens <= *budget {
            return Err(config(format!(
                "reasoning_effort `{effort}` lets {} think for {budget} tokens, but max_tokens, \
                 which counts them, is {max_tokens}; raise it above {budget}, or lower the effort",
                model.label()
            )));
        }
        let thinking = json!({"type": "enabled", "budget_tokens": budget});
        Ok(Self { thinking: Some(thinking), effort: None, max_tokens })
    }

    /// Whether the request switches thinking on.
    pub(super) fn are_wanted(&self) -> bool {
        self.thinking.as_ref().is_some_and(|thinking| thinking["type"] != "disabled")
    }

    fn with(self, thinking: Value) -> Self {
        Self { thinking: Some(thinking), ..self }
    }
}

fn unknown(model: &ModelName, effort: &str, words: impl Iterator<Item = &'static str>) -> LmError {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    model.unsupported(
        format!("the reasoning_effort `{effort}`"),
        format!("set one of {}", words.join(", ")),
    )
}
