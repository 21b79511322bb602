//! [`Http`]: one exchange with a server, with TLS, time limits and a bound on what is read.

mod connect;
mod fault;
mod frames;
mod limits;

use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, HeaderMap, HeaderValue, PROXY_AUTHORIZATION, USER_AGENT};
use http::{Method, Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tower_http::decompression::{Decompression, DecompressionBody};
use tower_service::Service;
use url::{Host, Url};

use self::connect::{Connector, Way};
use self::fault::{is_dns, is_hang_up, is_timeout, is_tls, root_cause};
use self::limits::Clock;
use super::error::LmError;

pub(super) use self::frames::Frames;
pub(super) use self::limits::Limits;

const NAME: HeaderValue =
    HeaderValue::from_static(concat!("dspy-rust/", env!("CARGO_PKG_VERSION")));

type Body = DecompressionBody<Incoming>;
type Head = Result<Response<Body>, legacy::Error>;

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
    body: Body,
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

/// What requests go through.
struct Wired {
    client: Client<Connector, Full<Bytes>>,
    /// What a proxy on the way asks for.
    authorization: Option<HeaderValue>,
}

impl fmt::Debug for Wired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wired").finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Inner {
    base: Url,
    host: String,
    secure: bool,
    local: bool,
    limits: Limits,
    client: OnceLock<Wired>,
    /// Whether the server ever answered, so that connections may have been kept.
    answered: AtomicBool,
}

impl Http {
    pub(super) fn new(base: &Url, limits: Limits) -> Self {
        Self(Arc::new(Inner {
            base: base.clone(),
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
    ) -> Result<impl Future<Output = Head> + Send + use<>, LmError> {
        let wired = self.0.wired()?;
        let mut request = Request::new(Full::from(body.unwrap_or_default()));
        *request.method_mut() = method;
        *request.uri_mut() = self.0.address(url)?;
        *request.headers_mut() = headers.clone();
        let headers = request.headers_mut();
        headers.entry(USER_AGENT).or_insert(NAME);
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        if let Some(authorization) = &wired.authorization {
            headers.insert(PROXY_AUTHORIZATION, authorization.clone());
        }
        Ok(Decompression::new(&wired.client).call(request))
    }

    async fn opened(
        &self,
        sent: Result<impl Future<Output = Head> + Send, LmError>,
    ) -> Result<Opened, LmError> {
        let mut clock = Clock::start(&self.0.limits);
        let sent = clock.within(self.0.limits.first_byte, sent?).await;
        let response =
            sent.map_err(|after| self.0.late(after))?.map_err(|error| self.0.unanswered(&error))?;
        if !self.0.answered.load(Ordering::Relaxed) {
            self.0.answered.store(true, Ordering::Relaxed);
        }
        let (head, body) = response.into_parts();
        Ok(Opened { status: head.status.as_u16(), headers: head.headers, body, clock })
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
        while let Some(chunk) = self.0.chunk(&mut opened.body, &mut opened.clock).await? {
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
    async fn chunk(&self, body: &mut Body, clock: &mut Clock) -> Result<Option<Bytes>, LmError> {
        loop {
            let frame = clock.within(self.limits.idle, body.frame()).await;
            match frame.map_err(|after| self.late(after))? {
                None => return Ok(None),
                Some(Err(error)) => return Err(self.broken(&*error, false)),
                // What follows a body is of no use here.
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) => return Ok(Some(bytes)),
                    Err(_) => continue,
                },
            }
        }
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

    fn wired(&self) -> Result<&Wired, LmError> {
        if let Some(wired) = self.client.get() {
            return Ok(wired);
        }
        let tls = tls(self.secure).map_err(|error| LmError::Config {
            message: format!(
                "cannot set up TLS for {}: {error}; install the system's CA certificates \
                 (package `ca-certificates`) or point SSL_CERT_FILE at them",
                self.host
            ),
        })?;
        let server = self.address(&self.base)?;
        let Way { connector, authorization } =
            Way::to(&server, self.local, &tls, self.limits.connect).map_err(|message| {
                LmError::Config { message: format!("cannot reach {}: {message}", self.host) }
            })?;
        let client = Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .http2_adaptive_window(true)
            .build(connector);
        // Two first calls at once may both get here; the loser's client is dropped unused.
        Ok(self.client.get_or_init(|| Wired { client, authorization }))
    }

    fn address(&self, url: &Url) -> Result<Uri, LmError> {
        Uri::try_from(url.as_str()).map_err(|error| LmError::Config {
            message: format!("the address at {} cannot be asked: {error}", self.host),
        })
    }

    /// The failure of an exchange before the answer's head.
    fn unanswered(&self, error: &legacy::Error) -> LmError {
        let kept = self.answered.load(Ordering::Relaxed) && !error.is_connect();
        if kept && is_hang_up(error) {
            return LmError::StaleConnection { host: self.host.clone() };
        }
        self.broken(error, error.is_connect())
    }

    fn broken(&self, error: &(dyn Error + 'static), connecting: bool) -> LmError {
        let host = self.host.clone();
        if is_timeout(error) {
            return LmError::Timeout { host, after: self.limits.connect };
        }
        let mut message = root_cause(error);
        if connecting {
            message.push_str(if is_tls(error) {
                "; check the server's certificate and the scheme of the api base"
            } else if self.local {
                "; is a server running there?"
            } else if is_dns(error) {
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
    Ok(if secure {
        builder.with_platform_verifier()?.with_no_client_auth()
    } else {
        builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
    })
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
