//! [`Endpoint`]: the address that is called, and who named it.

use url::Url;

use super::super::error::LmError;
use super::super::http::authority;
use super::builder::Environment;

const OPENAI: &str = "https://api.openai.com/v1";
const METHOD: &str = "/chat/completions";

/// Who named the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Builder,
    DspyApiBase,
    OpenAiBaseUrl,
    Default,
}

/// The address that is called.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) url: Url,
    pub(super) source: Source,
    /// Whether it belongs to OpenAI itself.
    pub(super) own_host: bool,
}

impl Endpoint {
    /// The builder's address, else one of the environment, else OpenAI's.
    pub(super) fn resolve(given: Option<&str>, env: &Environment) -> Result<Self, LmError> {
        let (text, source) = if let Some(base) = given {
            (base.to_owned(), Source::Builder)
        } else if let Some(base) = variable(env, "DSPY_API_BASE") {
            (base, Source::DspyApiBase)
        } else if let Some(base) = variable(env, "OPENAI_BASE_URL") {
            (base, Source::OpenAiBaseUrl)
        } else {
            (OPENAI.to_owned(), Source::Default)
        };
        let base = parse(&text).map_err(|fault| LmError::Config {
            message: format!(
                "{} {fault}; write it like `http://localhost:8000/v1`",
                match source {
                    Source::DspyApiBase => "the api base in `DSPY_API_BASE`",
                    Source::OpenAiBaseUrl => "the api base in `OPENAI_BASE_URL`",
                    Source::Builder | Source::Default => "the api base",
                }
            ),
        })?;
        let own_host = is_openai(&base);
        if own_host && base.scheme() != "https" {
            return Err(LmError::Config {
                message: format!(
                    "the api base calls {} without TLS; write `https://`",
                    shown(&base)
                ),
            });
        }
        Ok(Self { url: with_method(base), source, own_host })
    }

    /// Whether `base`, the value of a variable, names the same server.
    pub(super) fn is_server_of(&self, base: &str) -> bool {
        parse(base).is_ok_and(|base| base.origin() == self.url.origin())
    }
}

/// The value of an environment variable; one that is blank counts as unset.
pub(super) fn variable(env: &Environment, name: &str) -> Option<String> {
    env(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// An address fit to be shown: no credentials, no query.
pub(super) fn shown(url: &Url) -> String {
    format!("{}://{}{}", url.scheme(), authority(url), url.path())
}

/// The faults name no part of `text`: a key pasted into the wrong place must not be shown.
fn parse(text: &str) -> Result<Url, &'static str> {
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

fn is_openai(url: &Url) -> bool {
    url.host_str().is_some_and(|host| host.ends_with(".openai.com"))
}

fn with_method(mut url: Url) -> Url {
    let path = url.path().trim_end_matches('/').to_owned();
    let path = match path.as_str() {
        "" => format!("/v1{METHOD}"),
        whole if whole.ends_with(METHOD) => path,
        _ => path + METHOD,
    };
    url.set_path(&path);
    url.set_fragment(None);
    url
}
