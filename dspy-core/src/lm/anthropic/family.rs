//! [`Family`]: what a model's name says about what it takes.
//!
//! Only what is known to be refused is refused here; of a model that is not listed, the server
//! decides.

use super::super::client::ModelName;
use super::super::model::Capabilities;
use crate::schema::subset::Dialect;

/// How a model thinks before it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thinking {
    /// Not at all.
    Never,
    /// On request, within a budget of tokens.
    Budget,
    /// On request, as long as it sees fit.
    OnRequest,
    /// As long as it sees fit, unless it is told not to.
    ByDefault,
    /// As long as it sees fit, whatever it is told.
    Always,
}

/// What a model lets the caller say about sampling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sampling {
    /// Everything.
    Free,
    /// `temperature` or `top_p`, not both.
    Either,
    /// Nothing.
    Fixed,
}

/// Models that take the same settings.
#[derive(Debug)]
pub(super) struct Family {
    /// How their names begin.
    names: &'static [&'static str],
    pub(super) thinking: Thinking,
    /// The words for effort; empty where they are not known.
    pub(super) efforts: &'static [&'static str],
    /// Whether thoughts come without their text unless it is asked for.
    pub(super) hides_thoughts: bool,
    pub(super) sampling: Sampling,
    /// Whether answers can be held to a schema.
    pub(super) schema: bool,
    /// Whether the last message may be the beginning of the answer.
    pub(super) prefill: bool,
    /// `max_tokens` where the caller sets none.
    pub(super) max_tokens: u64,
}

const ALL_EFFORTS: &[&str] = &["low", "medium", "high", "xhigh", "max"];

/// The words that stand for a budget of thinking, where a model takes one.
pub(super) const BUDGETS: [(&str, u64); 6] = [
    ("minimal", 1024),
    ("low", 2048),
    ("medium", 8192),
    ("high", 16_384),
    ("xhigh", 24_576),
    ("max", 32_000),
];

/// Models that are not listed and called `claude`: newer than this table.
const NEWEST: Family = Family {
    names: &["claude-"],
    thinking: Thinking::ByDefault,
    efforts: &[],
    hides_thoughts: true,
    sampling: Sampling::Free,
    schema: true,
    prefill: true,
    max_tokens: 16_384,
};

/// Models of others behind a server that speaks this API.
const FOREIGN: Family = Family {
    names: &[""],
    thinking: Thinking::Budget,
    hides_thoughts: false,
    max_tokens: 8192,
    ..NEWEST
};

const FIRST: Family =
    Family { thinking: Thinking::Never, schema: false, max_tokens: 4096, ..FOREIGN };

/// The first whose name fits.
const FAMILIES: [Family; 10] = [
    Family {
        names: &[
            "claude-2",
            "claude-instant",
            "claude-3-opus",
            "claude-3-sonnet",
            "claude-3-haiku",
        ],
        ..FIRST
    },
    Family { names: &["claude-3-5"], max_tokens: 8192, ..FIRST },
    Family {
        names: &[
            "claude-3-7",
            "claude-opus-4-0",
            "claude-opus-4-20",
            "claude-sonnet-4-0",
            "claude-sonnet-4-20",
        ],
        schema: false,
        ..FOREIGN
    },
    Family { names: &["claude-opus-4-1"], schema: false, sampling: Sampling::Either, ..FOREIGN },
    Family {
        names: &["claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"],
        sampling: Sampling::Either,
        ..FOREIGN
    },
    Family {
        names: &["claude-opus-4-6", "claude-sonnet-4-6"],
        thinking: Thinking::OnRequest,
        efforts: &["low", "medium", "high", "max"],
        hides_thoughts: false,
        prefill: false,
        ..NEWEST
    },
    Family {
        names: &["claude-opus-4-7", "claude-opus-4-8"],
        thinking: Thinking::OnRequest,
        efforts: ALL_EFFORTS,
        sampling: Sampling::Fixed,
        prefill: false,
        ..NEWEST
    },
    Family {
        names: &["claude-fable-5", "claude-mythos-5", "claude-opus-5-5"],
        thinking: Thinking::Always,
        efforts: ALL_EFFORTS,
        sampling: Sampling::Fixed,
        prefill: false,
        ..NEWEST
    },
    Family {
        names: &["claude-opus-5", "claude-sonnet-5"],
        efforts: ALL_EFFORTS,
        sampling: Sampling::Fixed,
        prefill: false,
        ..NEWEST
    },
    NEWEST,
];

impl Family {
    pub(super) fn of(model: &ModelName) -> &'static Self {
        // Resellers write `claude-sonnet-4.5`, or put their own words before the name.
        let name = model.sent().to_ascii_lowercase().replace('.', "-");
        let Some(name) = name.find("claude-").and_then(|start| name.get(start..)) else {
            return &FOREIGN;
        };
        let fits = |family: &&Self| family.names.iter().any(|start| name.starts_with(start));
        FAMILIES.iter().find(fits).unwrap_or(&NEWEST)
    }

    /// Whether its makers are Anthropic, as far as the name tells.
    pub(super) fn is_claude(&self) -> bool {
        self.names != FOREIGN.names
    }

    pub(super) fn capabilities(&self) -> Capabilities {
        Capabilities {
            json_schema: self.schema,
            dialect: Dialect::Anthropic,
            json_object: false,
            tools: true,
            images: true,
            audio: false,
            logprobs: false,
            reasoning: self.thinking != Thinking::Never,
            n: false,
            citations: true,
        }
    }
}
