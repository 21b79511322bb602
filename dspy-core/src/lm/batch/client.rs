//! [`BatchClient`]: a provider's batches behind its HTTP API.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};
use url::Url;

use super::super::client::{Connection, ModelName, Wire, check, config, shown};
use super::super::error::LmError;
use super::super::http::Reply;
use super::super::request::{Request, Settings};
use super::super::response::Response;
use super::status::{BatchId, BatchStatus};
use super::{BatchModel, anthropic, openai};

/// A wire format whose provider takes batches.
pub trait BatchWire: Wire {
    /// How they are handed in and fetched.
    const PROTOCOL: Protocol;
}

/// How a provider takes batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// As an uploaded file of requests; the results are files, too.
    OpenAi {
        /// Where each request would go by itself, as the provider names it.
        endpoint: &'static str,
    },
    /// As one body that holds all requests.
    Anthropic,
}

/// Batches of one model behind a provider's HTTP API: OpenAI's, by either of its formats, and
/// Anthropic's. Cloning is cheap and shares connections.
///
/// ```
/// use dspy::lm::Anthropic;
///
/// let batches = Anthropic::builder("claude-haiku-4-5").api_key("k-123").build_batch()?;
/// # Ok::<(), dspy::lm::LmError>(())
/// ```
///
/// A request's `n` has to be one where the format has no `n` of its own. Results are read up to 512
/// MiB, unless the builder's [`max_answer_bytes`](super::super::ClientBuilder::max_answer_bytes)
/// says otherwise.
pub struct BatchClient<W> {
    shared: Arc<Shared<W>>,
}

struct Shared<W> {
    wire: W,
    connection: Connection,
    settings: Settings,
    /// The address of single calls.
    url: Url,
    fingerprint: String,
}

impl<W: BatchWire> BatchClient<W> {
    pub(in crate::lm) fn new(wire: W, connection: Connection, settings: Settings) -> Self {
        let url = wire.address(connection.base.clone(), false);
        let fingerprint = json!({
            "api": W::NAME,
            "url": url.as_str(),
            "model": wire.model().sent(),
            "settings": settings,
        });
        let fingerprint = fingerprint.to_string();
        Self { shared: Arc::new(Shared { wire, connection, settings, url, fingerprint }) }
    }

    /// The body of one request, as a single call would send it.
    pub(super) fn encode(&self, request: &Request) -> Result<Vec<u8>, LmError> {
        let settings = request.settings.over(&self.shared.settings);
        check(&settings)?;
        if settings.n.is_some_and(|n| n > 1) && !self.shared.wire.native_n() {
            return Err(self.model().unsupported(
                "several completions of one request in a batch",
                "put the request into the batch as often as you want completions",
            ));
        }
        self.shared.wire.encode(request, &settings, false)
    }

    /// The answer in one line of results.
    pub(super) fn decode(&self, reply: Reply) -> Result<Response, LmError> {
        let reply = self.connection().checked(&self.shared.url, reply)?;
        self.shared.wire.decode(&self.connection().reading(&reply))
    }

    pub(super) fn model(&self) -> &ModelName {
        self.shared.wire.model()
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.shared.connection
    }

    /// The address under which this API's resources are: that of single calls without its last
    /// part, which is `method`.
    pub(super) fn root(&self, method: &str) -> Url {
        let mut root = self.shared.url.clone();
        let path = root.path().strip_suffix(method).unwrap_or(root.path()).to_owned();
        root.set_path(&path);
        root
    }

    pub(super) async fn get_json(&self, url: &Url) -> Result<Value, LmError> {
        let reply = self.connection().get(url).await?;
        self.connection().reading(&reply).json()
    }

    pub(super) async fn post_json(&self, url: &Url, body: Vec<u8>) -> Result<Value, LmError> {
        let reply = self.connection().post(url, body).await?;
        self.connection().reading(&reply).json()
    }
}

impl<W: BatchWire> BatchModel for BatchClient<W> {
    async fn submit(&self, requests: &[Request]) -> Result<BatchId, LmError> {
        if requests.is_empty() {
            return Err(config("the batch has no requests; give it at least one"));
        }
        match W::PROTOCOL {
            Protocol::OpenAi { endpoint } => openai::submit(self, endpoint, requests).await,
            Protocol::Anthropic => anthropic::submit(self, requests).await,
        }
    }

    async fn poll(&self, id: &BatchId) -> Result<BatchStatus, LmError> {
        match W::PROTOCOL {
            Protocol::OpenAi { endpoint } => openai::poll(self, endpoint, id).await,
            Protocol::Anthropic => anthropic::poll(self, id).await,
        }
    }

    async fn fetch(&self, id: &BatchId) -> Result<Vec<Result<Response, LmError>>, LmError> {
        match W::PROTOCOL {
            Protocol::OpenAi { endpoint } => openai::fetch(self, endpoint, id).await,
            Protocol::Anthropic => anthropic::fetch(self, id).await,
        }
    }

    async fn cancel(&self, id: &BatchId) -> Result<(), LmError> {
        match W::PROTOCOL {
            Protocol::OpenAi { endpoint } => openai::cancel(self, endpoint, id).await,
            Protocol::Anthropic => anthropic::cancel(self, id).await,
        }
    }

    fn name(&self) -> &str {
        self.model().label()
    }

    fn fingerprint(&self) -> &str {
        &self.shared.fingerprint
    }
}

/// `url` with these segments after its path; what is in them cannot leave its segment.
pub(super) fn below(mut url: Url, segments: &[&str]) -> Url {
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

/// The error for a batch that is asked for its answers too early.
pub(super) fn unfinished(id: &BatchId, status: &BatchStatus) -> LmError {
    config(format!("batch {id} is not over yet ({}); poll it until it is", status.raw))
}

impl<W> Clone for BatchClient<W> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<W: Wire> fmt::Debug for BatchClient<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchClient")
            .field("model", &self.shared.wire.model().label())
            .field("endpoint", &shown(&self.shared.url))
            .finish_non_exhaustive()
    }
}
