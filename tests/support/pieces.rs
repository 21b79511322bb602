//! A server on this machine that sends one body in small pieces and then hangs up.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers each call with `body` as server-sent events, so many bytes at a time.
pub(crate) async fn in_pieces(body: String, size: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = Vec::new();
            // The bodies of these tests end with the request's last brace.
            while !asked.ends_with(b"}") && stream.read_buf(&mut asked).await.unwrap_or(0) > 0 {}
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
                        connection: close\r\n\r\n";
            let mut sent = stream.write_all(head.as_bytes()).await;
            for piece in body.as_bytes().chunks(size) {
                if sent.is_ok() {
                    sent = stream.write_all(piece).await;
                    tokio::time::sleep(Duration::from_micros(200)).await;
                }
            }
        }
    });
    address
}

/// The text of a stream of these events, named by their `type`.
pub(crate) fn events(events: &[serde_json::Value]) -> String {
    let lines = events.iter().map(|event| {
        format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or("message"))
    });
    lines.collect()
}
