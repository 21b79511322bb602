//! The lines of a cassette: first [`Header`], then one [`Exchange`] for each call.

use serde::{Deserialize, Serialize};

use super::super::error::LmError;
use super::super::model::{Capabilities, LanguageModel};
use super::super::request::Request;
use super::super::response::Response;
use super::fault::Fault;

/// The version of the format.
pub(super) const VERSION: u32 = 1;

/// What the model was. Adapters ask by its capabilities, so a replay needs them to be asked alike.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) cassette: u32,
    pub(super) model: String,
    pub(super) capabilities: Capabilities,
}

impl Header {
    pub(super) fn of(model: &impl LanguageModel) -> Self {
        Self {
            cassette: VERSION,
            model: model.name().to_owned(),
            capabilities: model.capabilities(),
        }
    }
}

/// One call.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Exchange {
    /// The hash of the request as it was made; what is written of it may be redacted.
    pub(super) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) request: Option<Request>,
    #[serde(flatten)]
    pub(super) outcome: Outcome,
}

/// What came.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Response(Response),
    Error(Fault),
}

impl Outcome {
    pub(crate) fn of(result: Result<&Response, &LmError>) -> Self {
        match result {
            Ok(response) => Self::Response(response.clone()),
            Err(error) => Self::Error(Fault::of(error)),
        }
    }

    pub(crate) fn into_result(self) -> Result<Response, LmError> {
        match self {
            Self::Response(response) => Ok(response),
            Self::Error(fault) => Err(fault.into_error()),
        }
    }
}

/// What makes two requests the same: everything in them, `n` and the rollout included. The model is
/// not part of it.
pub(super) fn key(request: &Request) -> Option<String> {
    let text = serde_json::to_vec(request).ok()?;
    Some(blake3::hash(&text).to_hex().to_string())
}
