//! A server on raw TCP that does what servers should not, and counts what clients do.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

/// What the server does next.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Send(Vec<u8>),
    Wait(Duration),
    /// Nothing more, until the client leaves.
    Stall,
    /// Closes the connection in order.
    Close,
    /// Breaks the connection.
    Reset,
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Counted from 0, over all connections.
    pub(crate) number: usize,
    /// Requests under way at the server, this one included.
    pub(crate) under_way: usize,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    pub(crate) at: Instant,
}

/// The server. It stops with the test's runtime.
pub(crate) struct FaultServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

type Script = dyn Fn(&Asked) -> Vec<Step> + Send + Sync;

struct Shared {
    script: Box<Script>,
    asked: Mutex<Vec<Asked>>,
    connections: AtomicUsize,
    open: AtomicUsize,
    most_open: AtomicUsize,
    under_way: AtomicUsize,
}

impl FaultServer {
    /// Does with each request what the script says. A connection that was not closed is kept.
    pub(crate) async fn start(
        script: impl Fn(&Asked) -> Vec<Step> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            script: Box::new(script),
            asked: Mutex::default(),
            connections: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            most_open: AtomicUsize::new(0),
            under_way: AtomicUsize::new(0),
        });
        let server = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                server.connections.fetch_add(1, Ordering::SeqCst);
                let open = server.open.fetch_add(1, Ordering::SeqCst) + 1;
                server.most_open.fetch_max(open, Ordering::SeqCst);
                let shared = Arc::clone(&server);
                tokio::spawn(async move {
                    serve(stream, &shared).await;
                    shared.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, shared }
    }

    /// These steps for every request.
    pub(crate) async fn always(steps: Vec<Step>) -> Self {
        Self::start(move |_| steps.clone()).await
    }

    /// The first steps for the first request, and so on; the last ones again and again.
    pub(crate) async fn turns(turns: Vec<Vec<Step>>) -> Self {
        Self::start(move |asked| turns[asked.number.min(turns.len() - 1)].clone()).await
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().expect("the log").clone()
    }

    pub(crate) fn requests(&self) -> usize {
        self.asked().len()
    }

    /// Connections there ever were.
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn most_open(&self) -> usize {
        self.shared.most_open.load(Ordering::SeqCst)
    }

    pub(crate) fn under_way(&self) -> usize {
        self.shared.under_way.load(Ordering::SeqCst)
    }

    pub(crate) fn open(&self) -> usize {
        self.shared.open.load(Ordering::SeqCst)
    }

    /// Waits until no connection is open, for two seconds.
    pub(crate) async fn is_left_alone(&self) -> bool {
        for _ in 0..200 {
            if self.open() == 0 {
                return true;
            }
            sleep(Duration::from_millis(10)).await;
        }
        false
    }
}

async fn serve(mut stream: TcpStream, shared: &Shared) {
    let mut buffer = Vec::new();
    while let Some((head, body)) = read(&mut stream, &mut buffer).await {
        let under_way = shared.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        let asked = {
            let mut log = shared.asked.lock().expect("the log");
            let number = log.len();
            log.push(Asked { number, under_way, head, body, at: Instant::now() });
            log[number].clone()
        };
        let goes_on = act(&mut stream, (shared.script)(&asked)).await;
        shared.under_way.fetch_sub(1, Ordering::SeqCst);
        if !goes_on {
            return;
        }
    }
}

/// Whether the connection can be used further.
async fn act(stream: &mut TcpStream, steps: Vec<Step>) -> bool {
    for step in steps {
        match step {
            Step::Send(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return false;
                }
            }
            Step::Wait(time) => {
                let gone = tokio::time::timeout(time, gone(stream)).await;
                if gone.is_ok() {
                    return false;
                }
            }
            Step::Stall => {
                gone(stream).await;
                return false;
            }
            Step::Close => return false,
            Step::Reset => {
                let _ = stream.set_zero_linger();
                return false;
            }
        }
    }
    true
}

/// Ends when the client has closed the connection.
async fn gone(stream: &mut TcpStream) {
    let mut byte = [0];
    while !matches!(stream.read(&mut byte).await, Ok(0) | Err(_)) {}
}

/// Head and body of one request; `None` when the client has gone.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).to_lowercase();
    buffer.drain(..end + 4);
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
    while buffer.len() < length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    Some((head, buffer.drain(..length).collect()))
}

/// A head with the length of a body.
pub(crate) fn head(status: u16, headers: &[(&str, &str)], length: usize) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} Scripted\r\ncontent-length: {length}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    head.into_bytes()
}

/// A whole answer.
pub(crate) fn whole(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<Step> {
    let mut bytes = head(status, headers, body.as_ref().len());
    bytes.extend_from_slice(body.as_ref());
    vec![Step::Send(bytes)]
}

/// A whole answer in JSON.
pub(crate) fn json(status: u16, headers: &[(&str, &str)], body: &Value) -> Vec<Step> {
    let mut all = vec![("content-type", "application/json")];
    all.extend_from_slice(headers);
    whole(status, &all, body.to_string())
}

/// A completion of this text.
pub(crate) fn completion(text: &str) -> Value {
    json!({
        "object": "chat.completion",
        "model": "m",
        "choices": [{
            "index": 0,
            "message": {"role": "assistant", "content": text},
            "finish_reason": "stop",
        }],
        "usage": {"prompt_tokens": 9, "completion_tokens": 3},
    })
}

pub(crate) fn good() -> Vec<Step> {
    json(200, &[], &completion("Paris."))
}

/// An error in OpenAI's form.
pub(crate) fn error(status: u16, code: &str, headers: &[(&str, &str)]) -> Vec<Step> {
    json(status, headers, &json!({"error": {"message": "no", "type": code, "code": code}}))
}

/// The head of a stream of events.
pub(crate) fn events() -> Step {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
                transfer-encoding: chunked\r\n\r\n";
    Step::Send(head.into())
}

/// Bytes of a stream.
pub(crate) fn chunk(bytes: impl AsRef<[u8]>) -> Step {
    let bytes = bytes.as_ref();
    let mut framed = format!("{:x}\r\n", bytes.len()).into_bytes();
    framed.extend_from_slice(bytes);
    framed.extend_from_slice(b"\r\n");
    Step::Send(framed)
}

/// The end of a stream as HTTP knows it.
pub(crate) fn end() -> Step {
    Step::Send(b"0\r\n\r\n".to_vec())
}

/// An event with a piece of text.
pub(crate) fn piece(text: &str) -> Step {
    chunk(piece_text(text))
}

pub(crate) fn piece_text(text: &str) -> String {
    let choice = json!({"index": 0, "delta": {"content": text}, "finish_reason": null});
    format!("data: {}\n\n", json!({"choices": [choice]}))
}

/// The events that end an answer.
pub(crate) fn done() -> Step {
    let choice = json!({"index": 0, "delta": {}, "finish_reason": "stop"});
    chunk(format!("data: {}\n\ndata: [DONE]\n\n", json!({"choices": [choice]})))
}
