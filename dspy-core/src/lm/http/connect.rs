//! [`Connector`]: how a connection comes about, through a proxy where the environment names one.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::uri::Scheme;
use http::{HeaderValue, Uri};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Stream = MaybeHttpsStream<TokioIo<TcpStream>>;

/// Connects to one server within a time limit, the handshakes of proxy and TLS included.
#[derive(Clone)]
pub(super) struct Connector {
    https: HttpsConnector<Route>,
    limit: Duration,
}

/// The way to a server, and what each request on it has to bring along.
pub(super) struct Way {
    pub(super) connector: Connector,
    /// For a proxy that hands requests on as they are.
    pub(super) authorization: Option<HeaderValue>,
}

impl Way {
    /// To a server on this machine, or with `NO_PROXY`, no proxy is asked; to others the one of
    /// `HTTP_PROXY`, `HTTPS_PROXY` or `ALL_PROXY`.
    pub(super) fn to(
        server: &Uri,
        local: bool,
        tls: &ClientConfig,
        limit: Duration,
    ) -> Result<Self, String> {
        let proxy = if local { None } else { Matcher::from_env().intercept(server) };
        let (route, authorization) = match proxy {
            None => (Route::Direct(tcp()), None),
            Some(proxy) => {
                let uri = proxy.uri().clone();
                if uri.scheme() != Some(&Scheme::HTTP) && uri.scheme() != Some(&Scheme::HTTPS) {
                    return Err(format!(
                        "the proxy that the environment names is of the kind `{}`; name one of \
                         `http` or `https`, or list the host in NO_PROXY",
                        uri.scheme_str().unwrap_or_default()
                    ));
                }
                // With a proxy HTTP/2 would have to be spoken by it.
                let to_proxy = https(tls).enable_http1().wrap_connector(tcp());
                let authorization = proxy.basic_auth().cloned();
                if server.scheme() == Some(&Scheme::HTTPS) {
                    let mut tunnel = Tunnel::new(uri, to_proxy);
                    if let Some(authorization) = authorization {
                        tunnel = tunnel.with_auth(authorization);
                    }
                    (Route::Tunnel(tunnel), None)
                } else {
                    (Route::Forward { proxy: uri, connector: to_proxy }, authorization)
                }
            }
        };
        let https = https(tls).enable_all_versions().wrap_connector(route);
        Ok(Self { connector: Connector { https, limit }, authorization })
    }
}

fn https(
    tls: &ClientConfig,
) -> hyper_rustls::HttpsConnectorBuilder<hyper_rustls::builderstates::WantsProtocols1> {
    HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_or_http()
}

fn tcp() -> HttpConnector {
    const ALIVE: Duration = Duration::from_secs(15);
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(ALIVE));
    tcp.set_keepalive_interval(Some(ALIVE));
    tcp.set_keepalive_retries(Some(3));
    tcp
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<Passage>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        let connecting = timeout(self.limit, self.https.call(server));
        let late = || io::Error::from(io::ErrorKind::TimedOut);
        async move { connecting.await.map_err(|_| late())? }.boxed()
    }
}

/// What lies between here and the server.
#[derive(Clone)]
pub(super) enum Route {
    Direct(HttpConnector),
    /// A proxy that gets the requests, for servers without TLS.
    Forward {
        proxy: Uri,
        connector: HttpsConnector<HttpConnector>,
    },
    /// A proxy that passes bytes on.
    Tunnel(Tunnel<HttpsConnector<HttpConnector>>),
}

impl Service<Uri> for Route {
    type Response = Passage;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Passage, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self {
            Self::Direct(tcp) => tcp.poll_ready(context).map_err(Into::into),
            Self::Forward { connector, .. } => connector.poll_ready(context),
            Self::Tunnel(tunnel) => tunnel.poll_ready(context).map_err(Into::into),
        }
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        let passage = |forwards| move |stream| Passage { stream, forwards };
        match self {
            Self::Direct(tcp) => {
                let connecting = tcp.call(server);
                async move { Ok(passage(false)(MaybeHttpsStream::Http(connecting.await?))) }.boxed()
            }
            Self::Forward { proxy, connector } => {
                let connecting = connector.call(proxy.clone());
                async move { Ok(passage(true)(connecting.await?)) }.boxed()
            }
            Self::Tunnel(tunnel) => {
                let connecting = tunnel.call(server);
                async move { Ok(passage(false)(connecting.await?)) }.boxed()
            }
        }
    }
}

/// A connection that knows whether a proxy reads what goes over it.
pub(super) struct Passage {
    stream: Stream,
    forwards: bool,
}

impl Connection for Passage {
    fn connected(&self) -> Connected {
        self.stream.connected().proxy(self.forwards)
    }
}

impl Read for Passage {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl Write for Passage {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }
}
