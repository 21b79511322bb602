//! [`ClientBuilder`]: address, key, headers, limits and default settings of a client.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};

use serde_json::json;

use super::super::batch::{BatchClient, BatchWire};
use super::super::error::LmError;
use super::super::http::{Http, Limits};
use super::super::request::Settings;
use super::super::secret::{Secret, Secrets};
use super::connection::Connection;
use super::embedding::{EmbeddingClient, EmbeddingWire};
use super::endpoint::Endpoint;
use super::key::Credential;
use super::model_name::ModelName;
use super::peer::Peer;
use super::service::{Auth, Service};
use super::wire::Wire;
use super::{Client, Shared, config};

/// Looks up an environment variable.
pub(super) type Environment = dyn Fn(&str) -> Option<String> + Send + Sync;

/// A header value shorter than this is no credential, and blotting it out of error messages would
/// only make them unreadable.
const SHORTEST_CREDENTIAL: usize = 8;

/// The most that is read of a batch's results unless the caller says otherwise, in bytes.
const BATCH_RESULTS: usize = 512 << 20;

/// Builds a [`Client`]; begin with [`Client::builder`].
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
pub struct ClientBuilder<W> {
    name: String,
    service: Service,
    api_base: Option<String>,
    api_key: Option<Secret>,
    headers: Vec<(String, Secret)>,
    limits: Limits,
    settings: Settings,
    env: Box<Environment>,
    wire: PhantomData<fn() -> W>,
}

impl<W: Wire> ClientBuilder<W> {
    pub(super) fn new(name: String) -> Self {
        Self {
            name,
            service: W::SERVICE,
            api_base: None,
            api_key: None,
            headers: Vec::new(),
            limits: Limits::default(),
            settings: Settings::default(),
            env: Box::new(|variable| std::env::var(variable).ok()),
            wire: PhantomData,
        }
    }

    /// The service to ask, where several speak the same format.
    ///
    /// # Errors
    /// [`build`](Self::build) refuses a service that speaks another format.
    #[must_use]
    pub fn service(mut self, service: Service) -> Self {
        self.service = service;
        self
    }

    /// The server's address, such as `http://localhost:8000/v1`. It goes before
    /// any address of the environment. The key of the environment is not sent there, unless it is
    /// the provider's own host.
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
        self.limits.connect = limit;
        self
    }

    /// How long to wait for the answer's first byte. By default only [`timeout`](Self::timeout)
    /// holds, since a model that does not stream thinks before it sends anything.
    #[must_use]
    pub fn first_byte_timeout(mut self, limit: Duration) -> Self {
        self.limits.first_byte = Some(limit);
        self
    }

    /// How long the answer may pause once it has begun; by default 60 seconds.
    #[must_use]
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.limits.idle = Some(limit);
        self
    }

    /// How long one call may take, from connecting to the answer's last byte; by default 300
    /// seconds.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limits.total = limit;
        self
    }

    /// The most that is read of one answer, in bytes, after decompression; by default 32 MiB.
    #[must_use]
    pub fn max_answer_bytes(mut self, limit: usize) -> Self {
        self.limits.body = limit;
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
    /// [`LmError::MissingKey`] for a provider that needs a key where none was found;
    /// [`LmError::Config`] for an empty name or key, an api base that is no `http` or `https`
    /// address, a header that cannot be sent, or a service that speaks another format.
    pub fn build(self) -> Result<Client<W>, LmError> {
        let (wire, connection) = self.connect()?;
        let url = wire.address(connection.base.clone(), false);
        let fingerprint = json!({
            "api": W::NAME,
            "url": url.as_str(),
            "model": wire.model().sent(),
            "settings": self.settings,
            "headers": self
                .headers
                .iter()
                .filter(|(name, _)| !is_credential(name))
                .map(|(name, value)| {
                    let hash = blake3::hash(value.expose().as_bytes()).to_hex();
                    (name.to_ascii_lowercase(), hash.to_string())
                })
                .collect::<BTreeMap<_, _>>(),
        });
        Ok(Client {
            shared: Arc::new(Shared {
                stream_url: wire.address(connection.base.clone(), true),
                url,
                connection,
                settings: self.settings,
                fingerprint: fingerprint.to_string(),
                wire,
            }),
        })
    }

    /// A client for the same server that turns texts into vectors, of `dimensions` numbers each
    /// where the model lets one choose. Sampling settings have no effect there and are refused.
    ///
    /// # Errors
    /// As [`build`](Self::build); and [`LmError::Config`] where settings were given.
    pub fn build_embedder(self, dimensions: Option<u32>) -> Result<EmbeddingClient<W>, LmError>
    where
        W: EmbeddingWire,
    {
        if !self.settings.is_empty() {
            return Err(config("sampling settings have no effect on embeddings; leave them out"));
        }
        let (wire, connection) = self.connect()?;
        Ok(EmbeddingClient::new(wire, connection, dimensions))
    }

    /// Batches of the same model: many requests at once, answered later and at a lower price.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn build_batch(mut self) -> Result<BatchClient<W>, LmError>
    where
        W: BatchWire,
    {
        // The results of a whole batch come as one answer.
        if self.limits.body == Limits::default().body {
            self.limits.body = BATCH_RESULTS;
        }
        let (wire, connection) = self.connect()?;
        Ok(BatchClient::new(wire, connection, self.settings))
    }

    /// Resolves address and key.
    pub(in crate::lm) fn connect(&self) -> Result<(W, Connection), LmError> {
        if self.name.trim().is_empty() {
            return Err(config("the model's name is empty; name one, such as `gpt-4o-mini`"));
        }
        if self.service.api != W::SERVICE.api {
            return Err(config(format!(
                "{} does not speak the API of {}; write the model as `{}/{}` for `Lm::new`",
                self.service.id,
                W::NAME,
                self.service.id,
                self.name
            )));
        }
        let endpoint = Endpoint::resolve(&self.service, self.api_base.as_deref(), &self.env)?;
        let mut secrets = Secrets::default();
        let mut headers = custom_headers(&self.headers, &mut secrets)?;
        let given = CREDENTIALS.iter().any(|name| headers.contains_key(*name));
        let credential =
            Credential::resolve(self.api_key.clone(), given, &self.service, &endpoint, &self.env)?;
        if let Some(key) = &credential.key {
            let (name, prefix) = match self.service.auth {
                Auth::Bearer => (AUTHORIZATION, "Bearer "),
                Auth::Header(name) => (HeaderName::from_static(name), ""),
            };
            headers.insert(name, secret_value("the API key", prefix, key)?);
            secrets.add(key.clone());
        }
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        let wire = W::new(ModelName::new(&self.name, self.service, endpoint.own_host));
        for (name, value) in wire.headers() {
            let name = HeaderName::from_static(name);
            headers.entry(name).or_insert(HeaderValue::from_static(value));
        }
        let connection = Connection {
            http: Http::new(&endpoint.base, self.limits.clone()),
            peer: Peer::new(&endpoint.base, secrets, credential.hint),
            base: endpoint.base,
            headers,
        };
        Ok((wire, connection))
    }
}

/// Headers that carry a credential and nothing that could change an answer.
const CREDENTIALS: [&str; 4] = ["authorization", "api-key", "x-api-key", "x-goog-api-key"];

fn is_credential(name: &str) -> bool {
    CREDENTIALS.iter().any(|credential| credential.eq_ignore_ascii_case(name))
}

pub(super) fn custom_headers(
    given: &[(String, Secret)],
    secrets: &mut Secrets,
) -> Result<HeaderMap, LmError> {
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

impl<W> fmt::Debug for ClientBuilder<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the api base: an address can carry credentials, and here it is still unchecked.
        f.debug_struct("ClientBuilder")
            .field("name", &self.name)
            .field("service", &self.service.id)
            .field("api_key", &self.api_key)
            .field("headers", &self.headers)
            .field("limits", &self.limits)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
