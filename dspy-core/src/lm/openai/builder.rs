//! [`OpenAiBuilder`]: address, key, headers, time limits and default settings of a client.

use std::fmt;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use super::super::error::LmError;
use super::super::http::Http;
use super::super::request::Settings;
use super::super::secret::{Secret, Secrets};
use super::OpenAi;
use super::endpoint::Endpoint;
use super::key::Credential;
use super::model_name::ModelName;
use super::peer::Peer;

/// Looks up an environment variable.
pub(super) type Environment = dyn Fn(&str) -> Option<String> + Send + Sync;

/// A header value shorter than this is no credential, and blotting it out of error messages would
/// only make them unreadable.
const SHORTEST_CREDENTIAL: usize = 8;

/// Builds an [`OpenAi`]; begin with [`OpenAi::builder`].
///
/// ```
/// use std::time::Duration;
/// use dspy::lm::{OpenAi, Settings};
///
/// let lm = OpenAi::builder("mistral-small")
///     .api_base("https://models.example.org/v1")
///     .api_key("k-123")
///     .timeout(Duration::from_secs(30))
///     .settings(Settings::default().with_temperature(0.2))
///     .build()?
///     .into_lm();
/// # Ok::<(), dspy::lm::LmError>(())
/// ```
pub struct OpenAiBuilder {
    name: String,
    api_base: Option<String>,
    api_key: Option<Secret>,
    headers: Vec<(String, Secret)>,
    connect_timeout: Duration,
    timeout: Duration,
    settings: Settings,
    env: Box<Environment>,
}

impl OpenAiBuilder {
    pub(super) fn new(name: String) -> Self {
        Self {
            name,
            api_base: None,
            api_key: None,
            headers: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(120),
            settings: Settings::default(),
            env: Box::new(|variable| std::env::var(variable).ok()),
        }
    }

    /// The server's address, such as `http://localhost:8000/v1`. See [`OpenAi`] for what follows
    /// from it and what holds without it.
    #[must_use]
    pub fn api_base(mut self, base: impl Into<String>) -> Self {
        self.api_base = Some(base.into());
        self
    }

    /// The key to send, whatever the server; it goes before any key of the environment.
    #[must_use]
    pub fn api_key(mut self, key: impl AsRef<str>) -> Self {
        self.api_key = Some(Secret::new(key.as_ref().trim()));
        self
    }

    /// A header to send with each call. Its value is treated as a secret.
    ///
    /// A header `authorization` or `api-key` takes the place of the key of the environment.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl AsRef<str>) -> Self {
        self.headers.push((name.into(), Secret::new(value.as_ref())));
        self
    }

    /// How long to wait for a connection; by default 10 seconds.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long one call may take, from connecting to the answer's last byte; by default 120
    /// seconds.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Settings for every request; what a request sets itself goes before them.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Where environment variables are looked up; by default in the process's environment. Proxies
    /// are always looked up there.
    #[must_use]
    pub fn env(mut self, lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.env = Box::new(lookup);
        self
    }

    /// The client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`LmError::MissingKey`] for OpenAI without a key; [`LmError::Config`] for an empty name or
    /// key, an api base that is no `http` or `https` address, or a header that cannot be sent.
    pub fn build(self) -> Result<OpenAi, LmError> {
        if self.name.trim().is_empty() {
            return Err(LmError::Config {
                message: "the model's name is empty; name one, such as `gpt-4o-mini`".to_owned(),
            });
        }
        let endpoint = Endpoint::resolve(self.api_base.as_deref(), &self.env)?;
        let mut secrets = Secrets::default();
        let mut headers = custom_headers(&self.headers, &mut secrets)?;
        let own_credential = headers.contains_key(AUTHORIZATION) || headers.contains_key("api-key");
        let credential = Credential::resolve(self.api_key, own_credential, &endpoint, &self.env)?;
        if let Some(key) = &credential.key {
            headers.insert(AUTHORIZATION, secret_value("the API key", "Bearer ", key)?);
            secrets.add(key.clone());
        }
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        Ok(OpenAi {
            model: ModelName::new(self.name, endpoint.own_host),
            http: Http::new(&endpoint.url, self.connect_timeout, self.timeout),
            peer: Peer::new(&endpoint.url, secrets, credential.hint),
            url: endpoint.url,
            headers,
            settings: self.settings,
        })
    }
}

fn custom_headers(given: &[(String, Secret)], secrets: &mut Secrets) -> Result<HeaderMap, LmError> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| LmError::Config {
            message: format!("`{name}` is no header name; use letters, digits and `-`"),
        })?;
        headers.insert(header, secret_value(&format!("the header `{name}`"), "", value)?);
        // `Bearer KEY` may come back as the bare key.
        for text in std::iter::once(value.expose()).chain(value.expose().split_whitespace()) {
            if text.len() >= SHORTEST_CREDENTIAL {
                secrets.add(Secret::new(text));
            }
        }
    }
    Ok(headers)
}

fn secret_value(what: &str, prefix: &str, secret: &Secret) -> Result<HeaderValue, LmError> {
    let mut value =
        HeaderValue::from_str(&format!("{prefix}{}", secret.expose())).map_err(|_| {
            LmError::Config {
                message: format!(
                    "{what} contains a character that cannot be sent; check it for line breaks and \
                 stray control characters"
                ),
            }
        })?;
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for OpenAiBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the api base: an address can carry credentials, and here it is still unchecked.
        f.debug_struct("OpenAiBuilder")
            .field("name", &self.name)
            .field("api_key", &self.api_key)
            .field("headers", &self.headers)
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
