//! As much of HTTP/1.1 as clients of a model use: bodies of a known length, one after another.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[derive(Debug, PartialEq)]
pub(super) struct Request {
    pub(super) method: String,
    /// With its query.
    pub(super) target: String,
    pub(super) body: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: &'static str,
    pub(super) kind: &'static str,
    pub(super) body: String,
}

/// A client's connection, and what of it was read but not yet used.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(8192) })
    }

    /// The next request, or `None` where the client has gone.
    pub(super) async fn next(&mut self) -> io::Result<Option<Request>> {
        loop {
            if let Some((request, length)) = first(&self.buffer)? {
                self.buffer.drain(..length);
                return Ok(Some(request));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Ok(None);
            }
        }
    }

    pub(super) async fn answer(&mut self, response: &Response) -> io::Result<()> {
        let Response { status, kind, body } = response;
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.stream.write_all((head + body).as_bytes()).await
    }
}

/// The first request in `buffer` and its length, once all of it is there.
fn first(buffer: &[u8]) -> io::Result<Option<(Request, usize)>> {
    let Some(head) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(&buffer[..head]);
    let mut lines = text.lines();
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(io::Error::other("no request line"));
    };
    let length = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(Ok(0), |(_, value)| value.trim().parse::<usize>())
        .map_err(io::Error::other)?;
    let end = head + 4 + length;
    let Some(body) = buffer.get(head + 4..end) else { return Ok(None) };
    let request =
        Request { method: method.to_owned(), target: target.to_owned(), body: body.to_vec() };
    Ok(Some((request, end)))
}
