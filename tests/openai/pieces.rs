//! A server that sends its answers in pieces of the test's choosing.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Answers one call with `whole`, in JSON, and another with `stream`, in these pieces.
pub(super) async fn serve(whole: String, stream: Vec<Vec<u8>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut asked = Vec::new();
            while !asked.ends_with(b"}") {
                if socket.read_buf(&mut asked).await.unwrap_or(0) == 0 {
                    return;
                }
            }
            let streams = String::from_utf8_lossy(&asked).contains("\"stream\":true");
            let mut answer = Vec::new();
            if streams {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
                    transfer-encoding: chunked\r\nconnection: close\r\n\r\n";
                answer.extend_from_slice(head.as_bytes());
                for piece in &stream {
                    answer.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
                    answer.extend_from_slice(piece);
                    answer.extend_from_slice(b"\r\n");
                }
                answer.extend_from_slice(b"0\r\n\r\n");
            } else {
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                    content-length: {}\r\nconnection: close\r\n\r\n{whole}",
                    whole.len()
                );
                answer.extend_from_slice(head.as_bytes());
            }
            let _ = socket.write_all(&answer).await;
        }
    });
    address
}
