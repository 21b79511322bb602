//! [`Http`]: one exchange with a server, with TLS, time limits and a bound on what is read.

mod frames;
mod limits;

use std::error::Error;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Request, Response, retry};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use url::{Host, Url};

use self::limits::Clock;
use super::error::LmError;

pub(super) use self::frames::Frames;
pub(super) use self::limits::Limits;

/// A server's whole answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// An answer of which only the head has come.
pub(super) struct Opened {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    response: Response,
    clock: Clock,
}

impl Opened {
    fn with_body(self, body: Bytes) -> Reply {
        Reply { status: self.status, headers: self.headers, body }
    }
}

/// A client of one server. Connections are kept and reused.
///
/// The client is made at the first call, so that building a model costs nothing and a machine
/// without certificates can still talk to `http` servers. Clones share the connections.
#[derive(Clone, Debug)]
pub(super) struct Http(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    host: String,
    secure: bool,
    local: bool,
    limits: Limits,
    client: OnceLock<Client>,
    /// Whether the server ever answered, so that connections may have been kept.
    answered: AtomicBool,
}

impl Http {
    pub(super) fn new(base: &Url, limits: Limits) -> Self {
        Self(Arc::new(Inner {
            host: authority(base),
            secure: base.scheme() == "https",
            local: is_local(base),
            limits,
            client: OnceLock::new(),
            answered: AtomicBool::new(false),
        }))
    }

    /// Sends `body` and reads the whole answer, whatever its status.
    ///
    /// Redirects are not followed: what is in the headers is meant for this server only.
    pub(super) async fn post(
        &self,
        url: &Url,
        headers: &HeaderMap,
        body: Vec<u8>,
    ) -> Result<Reply, LmError> {
        let mut opened = self.open(url, headers, body).await?;
        let body = self.body(&mut opened).await?;
        Ok(opened.with_body(body))
    }

    /// Sends `body` and waits for the head of the answer, whatever its status.
    ///
    /// What is sent is put together before anything is awaited: a future that waits has no room for
    /// it, which keeps many calls at once small.
    pub(super) fn open(
        &self,
        url: &Url,
        headers: &HeaderMap,
        body: Vec<u8>,
    ) -> impl Future<Output = Result<Opened, LmError>> + Send + use<'_> {
        self.opened(self.sent(Method::POST, url, headers, Some(body)))
    }

    /// Asks for what is at an address and reads the whole answer, whatever its status.
    pub(super) async fn get(&self, url: &Url, headers: &HeaderMap) -> Result<Reply, LmError> {
        let opened = self.opened(self.sent(Method::GET, url, headers, None)).await?;
        self.read(opened).await
    }

    /// An exchange that begins when it is awaited.
    fn sent(
        &self,
        method: Method,
        url: &Url,
        headers: &HeaderMap,
        body: Option<Vec<u8>>,
    ) -> Result<impl Future<Output = reqwest::Result<Response>> + Send + use<>, LmError> {
        let mut request = Request::new(method, url.clone());
        *request.headers_mut() = headers.clone();
        *request.body_mut() = body.map(Into::into);
        Ok(self.0.client()?.execute(request))
    }

    async fn opened(
        &self,
        sent: Result<impl Future<Output = reqwest::Result<Response>> + Send, LmError>,
    ) -> Result<Opened, LmError> {
        let mut clock = Clock::start(&self.0.limits);
        let sent = clock.within(self.0.limits.first_byte, sent?).await;
        let mut response =
            sent.map_err(|after| self.0.late(after))?.map_err(|error| self.0.unanswered(error))?;
        if !self.0.answered.load(Ordering::Relaxed) {
            self.0.answered.store(true, Ordering::Relaxed);
        }
        Ok(Opened {
            status: response.status().as_u16(),
            // What is still to be read does not need them.
            headers: std::mem::take(response.headers_mut()),
            response,
            clock,
        })
    }

    /// Reads the rest of an answer.
    pub(super) async fn read(&self, mut opened: Opened) -> Result<Reply, LmError> {
        let body = self.body(&mut opened).await?;
        Ok(opened.with_body(body))
    }

    async fn body(&self, opened: &mut Opened) -> Result<Bytes, LmError> {
        // A short answer comes in one piece, which is taken as it is.
        let mut first = Bytes::new();
        let mut all = Vec::new();
        while let Some(chunk) = self.0.chunk(&mut opened.response, &mut opened.clock).await? {
            self.0.check_size(first.len() + all.len() + chunk.len())?;
            if first.is_empty() && all.is_empty() {
                first = chunk;
                continue;
            }
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&chunk);
        }
        Ok(if all.is_empty() { first } else { all.into() })
    }
}

impl Inner {
    /// The next bytes of an answer, in time.
    async fn chunk(
        &self,
        response: &mut Response,
        clock: &mut Clock,
    ) -> Result<Option<Bytes>, LmError> {
        clock
            .within(self.limits.idle, response.chunk())
            .await
            .map_err(|after| self.late(after))?
            .map_err(|error| self.broken(error))
    }

    fn check_size(&self, size: usize) -> Result<(), LmError> {
        let most = self.limits.body;
        if size <= most {
            return Ok(());
        }
        let shown =
            if most >= 1 << 20 { format!("{} MiB", most >> 20) } else { format!("{most} bytes") };
        Err(LmError::Decode {
            host: self.host.clone(),
            message: format!("it is longer than {shown}"),
        })
    }

    fn late(&self, after: Duration) -> LmError {
        LmError::Timeout { host: self.host.clone(), after }
    }

    fn client(&self) -> Result<&Client, LmError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let tls = tls(self.secure).map_err(|error| LmError::Config {
            message: format!(
                "cannot set up TLS for {}: {error}; install the system's CA certificates \
                 (package `ca-certificates`) or point SSL_CERT_FILE at them",
                self.host
            ),
        })?;
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .connect_timeout(self.limits.connect)
            .http2_adaptive_window(true)
            .user_agent(concat!("dspy-rust/", env!("CARGO_PKG_VERSION")));
        if !self.secure {
            // What this repeats are refusals of HTTP/2, which is only spoken over TLS here. To be
            // able to, it would copy each request.
            builder = builder.retry(retry::never().max_retries_per_request(0));
        }
        if self.local {
            // A proxy cannot reach this machine's loopback interface.
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| LmError::Config {
            message: format!("cannot set up the HTTP client: {}", root_cause(&error)),
        })?;
        // Two first calls at once may both get here; the loser's client is dropped unused.
        Ok(self.client.get_or_init(|| client))
    }

    /// The failure of an exchange before the answer's head.
    fn unanswered(&self, error: reqwest::Error) -> LmError {
        let kept = self.answered.load(Ordering::Relaxed) && !error.is_connect();
        if kept && is_hang_up(&error) {
            return LmError::StaleConnection { host: self.host.clone() };
        }
        self.broken(error)
    }

    fn broken(&self, error: reqwest::Error) -> LmError {
        let host = self.host.clone();
        if error.is_timeout() {
            return LmError::Timeout { host, after: self.limits.connect };
        }
        let mut message = root_cause(&error);
        if error.is_connect() {
            message.push_str(if is_tls(&error) {
                "; check the server's certificate and the scheme of the api base"
            } else if self.local {
                "; is a server running there?"
            } else if error.is_dns() {
                "; check the host's name in the api base and the network"
            } else {
                "; check the api base and the network"
            });
        }
        LmError::Transport { host, message }
    }
}

/// A TLS setup of our own, so that no process-wide crypto provider has to be installed.
///
/// An `http` server gets one without any trusted certificate: it is never used, and loading the
/// system's would cost milliseconds or fail.
fn tls(secure: bool) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let mut config = if secure {
        builder.with_platform_verifier()?.with_no_client_auth()
    } else {
        builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Host and, where it is not the scheme's own, port.
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
        None => false,
    }
}

/// The innermost cause. The outer layers only repeat the address, whose query may hold a secret.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: Option<&dyn Error> = error.source();
    while let Some(deeper) = cause.and_then(Error::source) {
        cause = Some(deeper);
    }
    match cause {
        Some(cause) => cause.to_string(),
        None => "the exchange broke".to_owned(),
    }
}

/// Whether the other side closed the connection without a word.
fn is_hang_up(error: &(dyn Error + 'static)) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    matches!(kind, Some(BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof))
        // The HTTP crate keeps its kinds to itself; these are its words for an end before the head.
        || error.to_string().starts_with("connection closed before message completed")
        || error.source().is_some_and(is_hang_up)
}

fn is_tls(error: &(dyn Error + 'static)) -> bool {
    // An I/O error does not name the error it wraps as its source.
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>()
        || wrapped.is_some_and(|wrapped| is_tls(wrapped))
        || error.source().is_some_and(is_tls)
}
