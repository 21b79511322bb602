//! Parameters: what a program has that can be tuned, saved and compared.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::adapter::DynAdapter;
use crate::lm::{Lm, Settings};
use crate::run::Slot;
use crate::signature::SignatureSchema;

/// What sort of thing a parameter is. The set is open: a leaf of your own may have its own kinds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ParameterKind(Cow<'static, str>);

impl ParameterKind {
    /// What the model is told to do: a string.
    pub const INSTRUCTIONS: Self = Self(Cow::Borrowed("instructions"));
    /// The demonstrations shown: a list of maps.
    pub const DEMOS: Self = Self(Cow::Borrowed("demos"));
    /// Descriptions of fields that replace the declared ones: a map by field name.
    pub const DESCRIPTIONS: Self = Self(Cow::Borrowed("descriptions"));
    /// How the probabilities of decisions become values (thresholds, weights, cuts): a map by output.
    /// Only predictors that decide have it.
    pub const FIELDS: Self = Self(Cow::Borrowed("fields"));
    /// The model's name and sampling settings, or null.
    pub const LM: Self = Self(Cow::Borrowed("lm"));

    /// A kind of your own.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self(name.into())
    }

    /// A kind of your own, as a constant.
    pub const fn new_static(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// The kind's name, as files spell it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ParameterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One parameter of a program with its place.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Parameter {
    /// The leaf it belongs to.
    pub path: String,
    /// What sort of thing it is.
    pub kind: ParameterKind,
    /// Its value.
    pub value: Value,
    /// Whether optimizers must leave it alone.
    pub frozen: bool,
}

/// A part of a program that owns parameters: a predictor, or something of your own (a threshold, a
/// tool's description, a piece of generated code).
///
/// Only [`parameters`](Self::parameters), [`set`](Self::set) and [`shape`](Self::shape) must be
/// written; the rest concerns leaves that call a model.
pub trait Leaf: Send + Sync {
    /// The parameters with their present values, in a stable order.
    fn parameters(&self) -> Vec<(ParameterKind, Value)>;

    /// Changes one parameter. On an error nothing has changed.
    ///
    /// # Errors
    /// [`ParameterError`] for a kind the leaf does not have or a value that does not fit.
    fn set(&mut self, kind: &ParameterKind, value: Value) -> Result<(), ParameterError>;

    /// What the leaf is apart from its parameters, for the program's identity.
    fn shape(&self) -> Value;

    /// The task, if the leaf is a predictor.
    fn schema(&self) -> Option<&SignatureSchema> {
        None
    }

    /// The output in which a strategy has the leaf reason before it answers, if there is one.
    fn rationale(&self) -> Option<&str> {
        None
    }

    /// The model the leaf was given, if any.
    fn lm(&self) -> Option<&Lm> {
        None
    }

    /// Gives the leaf a model. A leaf that calls none has nothing to do.
    fn set_lm(&mut self, _lm: &Lm) {}

    /// Lays sampling settings over those the leaf has. A leaf that calls no model has nothing to do.
    fn lay_settings(&mut self, _settings: &Settings) {}

    /// Sets how often assertions send an answer of the leaf back. A leaf that calls no model has
    /// nothing to do.
    fn set_assertion_retries(&mut self, _retries: u32) {}

    /// Freezes or thaws the leaf: frozen, it is walked, saved and loaded, but optimizers leave it
    /// alone. Gives whether the leaf can do that; one of your own by default cannot.
    fn set_frozen(&mut self, _frozen: bool) -> bool {
        false
    }

    /// Gives the leaf an adapter. A leaf that calls no model has nothing to do.
    fn set_adapter(&mut self, _adapter: &DynAdapter) {}

    /// The run the leaf takes part in.
    fn slot(&self) -> Option<&Arc<Slot>> {
        None
    }

    /// Puts the leaf into a run, or takes it out. A leaf that calls no model has nothing to do.
    fn set_slot(&mut self, _slot: Option<Arc<Slot>>) {}
}

/// A parameter that could not be set.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterError {
    /// The leaf has no such parameter.
    #[error("there is no parameter `{kind}` here; there are: {known}")]
    UnknownKind {
        /// The kind asked for.
        kind: String,
        /// The kinds that exist.
        known: String,
    },
    /// The value does not fit.
    #[error("`{kind}`: {message}")]
    Invalid {
        /// The parameter.
        kind: String,
        /// What was expected and what was found.
        message: String,
    },
}

impl ParameterError {
    /// An error for a kind that a leaf with these kinds does not have.
    pub fn unknown_kind(kind: &ParameterKind, known: &[ParameterKind]) -> Self {
        let known: Vec<_> = known.iter().map(|kind| format!("`{kind}`")).collect();
        Self::UnknownKind { kind: kind.to_string(), known: known.join(", ") }
    }

    /// An error for a value that does not fit.
    pub fn invalid(kind: &ParameterKind, message: impl fmt::Display) -> Self {
        Self::Invalid { kind: kind.to_string(), message: message.to_string() }
    }
}
