//! [`Credential`]: which key goes to which server.

use super::super::error::LmError;
use super::super::http::authority;
use super::super::secret::Secret;
use super::builder::Environment;
use super::endpoint::{Endpoint, Source, variable};
use super::service::Service;

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
        service: &Service,
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
        // `DSPY_API_KEY` belongs to the server of `DSPY_API_BASE`, whatever is asked there.
        let dspy = variable(env, "DSPY_API_BASE").filter(|base| endpoint.is_server_of(base));
        if let Some(key) = dspy.and_then(|_| variable(env, "DSPY_API_KEY")) {
            return Ok(Self::sent(Secret::new(&key), "it came from `DSPY_API_KEY`"));
        }
        let mut variables = service.key_variables.iter().copied();
        let found = variables.find_map(|name| Some((name, variable(env, name)?)));
        // An address that the provider's own variable named is the user's word for it.
        let trusted = endpoint.own_host
            || matches!(endpoint.source, Source::Variable(name) if name != "DSPY_API_BASE");
        match found {
            Some((name, key)) if trusted => {
                Ok(Self::sent(Secret::new(&key), &format!("it came from `{name}`")))
            }
            _ if endpoint.own_host && service.needs_key => Err(LmError::MissingKey {
                host: authority(&endpoint.base),
                variable: service.key_variables.first().copied().unwrap_or_default().to_owned(),
            }),
            found => {
                let withheld = found.map(|(name, _)| name);
                Ok(Self { key: None, hint: hint_without_key(endpoint, withheld) })
            }
        }
    }

    fn sent(key: Secret, origin: &str) -> Self {
        Self { key: Some(key), hint: origin.to_owned() }
    }
}

fn hint_without_key(endpoint: &Endpoint, withheld: Option<&str>) -> String {
    let fix = match endpoint.source {
        Source::Variable("DSPY_API_BASE") => "set `DSPY_API_KEY` or pass `.api_key(…)`",
        Source::Variable("OPENAI_BASE_URL") => "set `OPENAI_API_KEY` or pass `.api_key(…)`",
        _ => "pass `.api_key(…)`, or set `DSPY_API_KEY` together with `DSPY_API_BASE`",
    };
    match withheld {
        Some(name) => {
            format!("`{name}` is set but was not sent, because it belongs to another host; {fix}")
        }
        None => format!("no key was sent; {fix}"),
    }
}
