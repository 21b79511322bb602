//! [`Endpoint`]: the address that is called, and who named it.

use url::Url;

use super::super::error::LmError;
use super::super::http::authority;
use super::builder::Environment;
use super::ollama_host;
use super::service::Service;

/// Who named the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Builder,
    Variable(&'static str),
    Default,
}

/// The server that is called.
#[derive(Debug)]
pub(super) struct Endpoint {
    /// The api base, without a slash at its end.
    pub(super) base: Url,
    pub(super) source: Source,
    /// Whether it belongs to the provider itself.
    pub(super) own_host: bool,
}

impl Endpoint {
    /// The builder's address, else one of the environment, else the service's own.
    pub(super) fn resolve(
        service: &Service,
        given: Option<&str>,
        env: &Environment,
    ) -> Result<Self, LmError> {
        let named = || {
            let mut variables = service.base_variables.iter().copied();
            variables.find_map(|name| Some((variable(env, name)?, Source::Variable(name))))
        };
        let (text, source) = match given {
            Some(base) => (base.to_owned(), Source::Builder),
            None => named().unwrap_or_else(|| (service.base.to_owned(), Source::Default)),
        };
        if source == Source::Default && text.is_empty() {
            return Err(LmError::Config {
                message: format!(
                    "{} has no address of its own; pass `.api_base(…)` or write the model as \
                     `{}/NAME@https://HOST`",
                    service.id, service.id
                ),
            });
        }
        let text = match source {
            Source::Variable("OLLAMA_HOST") => ollama_host::completed(&text),
            _ => text,
        };
        let base = parse(&text).map_err(|fault| LmError::Config {
            message: format!(
                "{} {fault}; write it like `http://localhost:8000/v1`",
                match source {
                    Source::Variable(name) => format!("the api base in `{name}`"),
                    Source::Builder | Source::Default => "the api base".to_owned(),
                }
            ),
        })?;
        let own_host = base.host_str().is_some_and(|host| service.owns(host));
        if own_host && base.scheme() != "https" {
            return Err(LmError::Config {
                message: format!(
                    "the api base calls {} without TLS; write `https://`",
                    shown(&base)
                ),
            });
        }
        Ok(Self { base: trimmed(base), source, own_host })
    }

    /// Whether `base`, the value of a variable, names the same server.
    pub(super) fn is_server_of(&self, base: &str) -> bool {
        parse(base).is_ok_and(|base| base.origin() == self.base.origin())
    }
}

/// The value of an environment variable; one that is blank counts as unset.
pub(super) fn variable(env: &Environment, name: &str) -> Option<String> {
    env(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// An address fit to be shown: no credentials, no query.
pub(in crate::lm) fn shown(url: &Url) -> String {
    format!("{}://{}{}", url.scheme(), authority(url), url.path())
}

/// The faults name no part of `text`: a key pasted into the wrong place must not be shown.
pub(super) fn parse(text: &str) -> Result<Url, &'static str> {
    let text = text.trim();
    if !text.contains("://") {
        return Err("lacks `http://` or `https://`");
    }
    let url = Url::parse(text).map_err(|_| "is no address")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("is no `http` or `https` address");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "holds a user name or password, which belong into `.api_key(…)` or `.header(…)`",
        );
    }
    Ok(url)
}

fn trimmed(mut url: Url) -> Url {
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    url.set_fragment(None);
    url
}

/// `base` with `method` after its path, unless it is there already; a base without a path gets
/// `version` first.
pub(in crate::lm) fn with_method(mut base: Url, version: &str, method: &str) -> Url {
    let path = base.path().trim_end_matches('/').to_owned();
    let path = match path.as_str() {
        "" => format!("{version}{method}"),
        whole if whole.ends_with(method) => path,
        _ => path + method,
    };
    base.set_path(&path);
    base
}
