//! The lines of a journal.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::outcome::Outcome;
use crate::lm::{Answered, Spent};

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    Header(Header),
    Call(Call),
    Rollout(Rollout),
    Decision(Noted),
}

/// What decides the course of a run beside the answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::optimize) struct Header {
    pub(in crate::optimize) journal: u32,
    /// By name, so that what changed can be named: the optimizer, its settings, hashes of the
    /// program and of the rows.
    pub(in crate::optimize) facts: BTreeMap<String, Value>,
    pub(in crate::optimize) redacted: bool,
}

impl Header {
    pub(in crate::optimize) fn new(facts: BTreeMap<String, Value>, redacted: bool) -> Self {
        Self { journal: VERSION, facts, redacted }
    }

    /// Whether a run of these facts may go on where the journal ends.
    pub(super) fn check(&self, now: &Self) -> Result<(), String> {
        if self.journal > VERSION {
            return Err(format!(
                "it has format version {}, this version of dspy reads up to {VERSION}; update dspy",
                self.journal
            ));
        }
        if self.redacted {
            return Err("its texts were redacted, so that no run can go on from it; begin with \
                        another file"
                .to_owned());
        }
        let names: std::collections::BTreeSet<_> =
            self.facts.keys().chain(now.facts.keys()).collect();
        let told = |value: Option<&Value>| match value {
            None => "nothing".to_owned(),
            Some(value) => value.to_string(),
        };
        let changed: Vec<String> = names
            .into_iter()
            .filter(|name| self.facts.get(*name) != now.facts.get(*name))
            .map(|name| {
                let (then, now) = (self.facts.get(name), now.facts.get(name));
                format!("{name} (was {}, is {})", told(then), told(now))
            })
            .collect();
        if changed.is_empty() {
            return Ok(());
        }
        Err(format!(
            "it belongs to another run; changed: {}. Go back to what it was, or begin with another \
             file",
            changed.join(", ")
        ))
    }
}

/// One answer of a model.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Call {
    /// The rollout or proposal that it was made for.
    pub(super) unit: String,
    /// The hash of the request.
    pub(super) key: String,
    pub(super) spent: Spent,
    #[serde(flatten)]
    pub(super) answer: Answered,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Rollout {
    pub(super) unit: String,
    #[serde(flatten)]
    pub(super) outcome: Outcome,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Noted {
    pub(super) kind: String,
    pub(super) what: Value,
}
