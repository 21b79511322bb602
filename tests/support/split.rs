//! A server that sends one body again and again, cut in two at another byte each time.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The server. The first answer is cut before the body, each later one a byte further on.
pub(crate) struct Split {
    address: SocketAddr,
}

impl Split {
    pub(crate) async fn start(kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            for place in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (before, after) = body.split_at(place % (body.len() + 1));
                // A client that gives up early is its own test's business.
                let _ = serve(stream, kind, before, after).await;
            }
        });
        Self { address }
    }

    /// The address without a path.
    pub(crate) fn root(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn serve(
    mut stream: TcpStream,
    kind: &str,
    before: &[u8],
    after: &[u8],
) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut seen = Vec::new();
    // The body of a request ends with its last brace.
    while !(seen.windows(4).any(|bytes| bytes == b"\r\n\r\n") && seen.ends_with(b"}")) {
        if stream.read_buf(&mut seen).await? == 0 {
            return Ok(());
        }
    }
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(before).await?;
    stream.flush().await?;
    tokio::time::sleep(Duration::from_millis(1)).await;
    stream.write_all(after).await?;
    stream.shutdown().await
}
