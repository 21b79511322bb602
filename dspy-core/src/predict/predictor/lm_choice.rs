//! Which model a predictor asks, and how it samples.

use serde::{Deserialize, Serialize};

use crate::lm::Settings;

/// The model and sampling settings as a parameter. No endpoint and no key: a file never sets those.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct LmChoice {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) model: Option<String>,
    #[serde(flatten)]
    pub(super) settings: Settings,
}
