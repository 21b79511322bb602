//! [`Credential`]: which key goes to which server.

use super::super::error::LmError;
use super::super::http::authority;
use super::super::secret::Secret;
use super::builder::Environment;
use super::endpoint::{Endpoint, Source, variable};

/// The key for an endpoint, and what to say when the server refuses it.
#[derive(Debug)]
pub(super) struct Credential {
    pub(super) key: Option<Secret>,
    pub(super) hint: String,
}

impl Credential {
    /// Finds the key. `own` says that the caller's headers already carry a credential.
    pub(super) fn resolve(
        given: Option<Secret>,
        own: bool,
        endpoint: &Endpoint,
        env: &Environment,
    ) -> Result<Self, LmError> {
        if let Some(key) = given {
            let fault = if own {
                "both a key and a credential in a header were given; give one of them"
            } else if key.expose().is_empty() {
                "the API key is empty; pass one to `.api_key(…)` or leave the call out"
            } else {
                return Ok(Self::sent(key, "it was given by `.api_key(…)`"));
            };
            return Err(LmError::Config { message: fault.to_owned() });
        }
        if own {
            let hint = "it was given by `.header(…)`".to_owned();
            return Ok(Self { key: None, hint });
        }
        let dspy = variable(env, "DSPY_API_BASE").filter(|base| endpoint.is_server_of(base));
        if let Some(key) = dspy.and_then(|_| variable(env, "DSPY_API_KEY")) {
            return Ok(Self::sent(Secret::new(&key), "it came from `DSPY_API_KEY`"));
        }
        let openai = variable(env, "OPENAI_API_KEY");
        let withheld = openai.is_some();
        match openai {
            Some(key) if endpoint.own_host || endpoint.source == Source::OpenAiBaseUrl => {
                Ok(Self::sent(Secret::new(&key), "it came from `OPENAI_API_KEY`"))
            }
            _ if endpoint.own_host => Err(LmError::MissingKey {
                host: authority(&endpoint.url),
                variable: "OPENAI_API_KEY".to_owned(),
            }),
            _ => Ok(Self { key: None, hint: hint_without_key(endpoint, withheld) }),
        }
    }

    fn sent(key: Secret, origin: &str) -> Self {
        Self { key: Some(key), hint: origin.to_owned() }
    }
}

fn hint_without_key(endpoint: &Endpoint, withheld: bool) -> String {
    let fix = match endpoint.source {
        Source::DspyApiBase => "set `DSPY_API_KEY` or pass `.api_key(…)`",
        Source::OpenAiBaseUrl => "set `OPENAI_API_KEY` or pass `.api_key(…)`",
        Source::Builder | Source::Default => {
            "pass `.api_key(…)`, or set `DSPY_API_KEY` together with `DSPY_API_BASE`"
        }
    };
    if withheld {
        format!(
            "`OPENAI_API_KEY` is set but was not sent, because it belongs to another host; {fix}"
        )
    } else {
        format!("no key was sent; {fix}")
    }
}
