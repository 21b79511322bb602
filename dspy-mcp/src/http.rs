//! Servers at an address.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::error::McpError;
use crate::server::{CALL, McpServer, Peer, START, Stderr};

/// A server at an address. It does nothing before it is awaited.
#[must_use = "a server is not connected to until it is awaited"]
pub struct HttpServer {
    address: String,
    token: Option<String>,
    start_timeout: Duration,
    call_timeout: Duration,
}

impl HttpServer {
    pub(crate) fn new(address: String) -> Self {
        Self { address, token: None, start_timeout: START, call_timeout: CALL }
    }

    /// Sends this token with every request: `Authorization: Bearer …`.
    pub fn bearer(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// How long the server may take to greet; a minute by default.
    pub fn start_timeout(mut self, after: Duration) -> Self {
        self.start_timeout = after;
        self
    }

    /// How long the server may take for a call or a list; a minute by default.
    pub fn call_timeout(mut self, after: Duration) -> Self {
        self.call_timeout = after;
        self
    }

    async fn connect(self) -> Result<McpServer, McpError> {
        let wrong =
            |server: &str, message: String| McpError::Config { server: server.to_owned(), message };
        let mut url = Url::parse(&self.address)
            .map_err(|error| wrong(&self.address, format!("it is no address: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(wrong(
                url.scheme(),
                "the address must begin with http or https".to_owned(),
            ));
        }
        let client = client(url.scheme() == "https")
            .map_err(|message| wrong(url.host_str().unwrap_or_default(), message))?;
        let mut config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
        if let Some(token) = self.token {
            config = config.auth_header(token);
        }
        let transport = StreamableHttpClientTransport::with_client(client, config);
        let address = url.to_string();
        // A query may hold a key.
        url.set_query(None);
        let _ = url.set_password(None);
        let peer = Peer { label: url.to_string(), address: Some(address) };
        let (start, call) = (self.start_timeout, self.call_timeout);
        McpServer::connect(transport, peer, Stderr::default(), start, call).await
    }
}

/// A client with a TLS setup of its own, so that no process-wide crypto provider is needed.
fn client(secure: bool) -> Result<reqwest::Client, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let mut tls = if secure {
        let verified = builder
            .with_platform_verifier()
            .map_err(|error| format!("the system's CA certificates cannot be read: {error}"))?;
        verified.with_no_client_auth()
    } else {
        builder.with_root_certificates(RootCertStore::empty()).with_no_client_auth()
    };
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let client = reqwest::Client::builder().tls_backend_preconfigured(tls).build();
    client.map_err(|error| error.to_string())
}

impl IntoFuture for HttpServer {
    type Output = Result<McpServer, McpError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.connect())
    }
}

// The token is a secret, and the address may hold one.
impl fmt::Debug for HttpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpServer")
    }
}
