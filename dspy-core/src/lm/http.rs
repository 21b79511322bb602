//! [`Http`]: one exchange with a server, with TLS, time limits and a bound on what is read.

use std::error::Error;
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use url::{Host, Url};

use super::error::LmError;

/// The most that is read of one answer, in bytes, after decompression.
const BODY_LIMIT: usize = 32 << 20;

/// A server's whole answer.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// A client of one server. Connections are kept and reused.
///
/// The client is made at the first call, so that building a model costs nothing and a machine
/// without certificates can still talk to `http` servers.
#[derive(Debug)]
pub(super) struct Http {
    host: String,
    secure: bool,
    local: bool,
    connect_timeout: Duration,
    timeout: Duration,
    client: OnceLock<Client>,
}

impl Http {
    pub(super) fn new(base: &Url, connect_timeout: Duration, timeout: Duration) -> Self {
        Self {
            host: authority(base),
            secure: base.scheme() == "https",
            local: is_local(base),
            connect_timeout,
            timeout,
            client: OnceLock::new(),
        }
    }

    /// Sends `body` and reads the whole answer, whatever its status.
    ///
    /// Redirects are not followed: what is in the headers is meant for this server only.
    pub(super) async fn post(
        &self,
        url: Url,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Reply, LmError> {
        let request = self.client()?.post(url).headers(headers).body(body);
        let exchange = async {
            let response = request.send().await.map_err(|error| self.broken(error))?;
            let status = response.status().as_u16();
            let headers = response.headers().clone();
            let body = self.read(response).await?;
            Ok(Reply { status, headers, body })
        };
        match tokio::time::timeout(self.timeout, exchange).await {
            Ok(reply) => reply,
            Err(_) => Err(LmError::Timeout { host: self.host.clone(), after: self.timeout }),
        }
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, LmError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(error))? {
            if body.len() + chunk.len() > BODY_LIMIT {
                return Err(LmError::Decode {
                    host: self.host.clone(),
                    message: format!("it is longer than {} MiB", BODY_LIMIT >> 20),
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
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
            .connect_timeout(self.connect_timeout)
            .http2_adaptive_window(true)
            .user_agent(concat!("dspy-rust/", env!("CARGO_PKG_VERSION")));
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

    fn broken(&self, error: reqwest::Error) -> LmError {
        let host = self.host.clone();
        if error.is_timeout() {
            return LmError::Timeout { host, after: self.connect_timeout };
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

fn is_tls(error: &(dyn Error + 'static)) -> bool {
    // An I/O error does not name the error it wraps as its source.
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>()
        || wrapped.is_some_and(|wrapped| is_tls(wrapped))
        || error.source().is_some_and(is_tls)
}
