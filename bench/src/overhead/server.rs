//! A server that gives one answer after a while, in a process of its own.

use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::process;

/// What a chain of thought asks for.
const REASONING: &[u8] = b"## reasoning ##";

/// Serves until standard input ends: whoever started it has gone then.
pub(crate) fn serve(port: u16, latency: Duration) -> io::Result<()> {
    process::raise_file_limit()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        socket.bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
        // All connections of a load may come at once.
        let listener = socket.listen(16_384)?;
        println!("http://{}/v1", listener.local_addr()?);
        tokio::select! {
            done = accept(&listener, latency) => done,
            _ = tokio::task::spawn_blocking(|| io::stdin().lines().for_each(drop)) => Ok(()),
        }
    })
}

async fn accept(listener: &TcpListener, latency: Duration) -> io::Result<()> {
    let plain = answer("[[ ## answer ## ]]\nParis\n\n[[ ## completed ## ]]");
    let reasoned = answer(
        "[[ ## reasoning ## ]]\nIt is Paris.\n\n[[ ## answer ## ]]\nParis\n\n[[ ## completed ## ]]",
    );
    loop {
        let (stream, _) = listener.accept().await?;
        // One client's trouble is no other's.
        tokio::spawn(async move { answer_all(stream, [plain, reasoned], latency).await.ok() });
    }
}

/// The whole response with this answer.
fn answer(content: &str) -> &'static [u8] {
    let body = json!({
        "id": "chatcmpl-bench",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "bench",
        "choices": [{
            "index": 0,
            "message": {
                "role": "assistant",
                "content": content,
            },
            "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 120, "completion_tokens": 12, "total_tokens": 132},
    })
    .to_string();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
    format!("{head}{}\r\n\r\n{body}", body.len()).leak().as_bytes()
}

/// Gives the first answer, or the second to a request that speaks of reasoning.
async fn answer_all(
    mut stream: TcpStream,
    answers: [&[u8]; 2],
    latency: Duration,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(4096);
    loop {
        let whole = loop {
            if let Some(length) = request_length(&buffer) {
                break length;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let [plain, reasoned] = answers;
        let is_reasoned = buffer[..whole].windows(REASONING.len()).any(|part| part == REASONING);
        let answer = if is_reasoned { reasoned } else { plain };
        buffer.drain(..whole);
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        stream.write_all(answer).await?;
    }
}

/// The length of the first request in `buffer`, once all of it is there.
fn request_length(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok())
        .unwrap_or(0);
    (buffer.len() >= head + length).then_some(head + length)
}

/// The server as a child of this process; it ends with it.
pub(super) struct Child {
    process: std::process::Child,
    base: String,
}

impl Child {
    pub(super) fn start(latency: Duration) -> io::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["serve", "--port", "0", "--latency-ms", &latency.as_millis().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut base = String::new();
        if let Some(out) = process.stdout.take() {
            BufReader::new(out).read_line(&mut base)?;
        }
        Ok(Self { process, base: base.trim().to_owned() })
    }

    pub(super) fn base(&self) -> String {
        self.base.clone()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself; nothing is left to do then.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
