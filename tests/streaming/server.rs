//! A server on raw TCP that sends the rest of an answer when it is told to, and sees its client leave.

use std::net::SocketAddr;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What the server is told to do with the answer under way.
pub(crate) enum Do {
    Send(String),
    /// Ends the answer in order.
    Finish,
    /// Breaks the connection.
    Break,
}

/// What the server saw.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Saw {
    Request,
    /// The client closed the connection before the answer's end.
    Left,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) orders: UnboundedSender<Do>,
    pub(crate) seen: UnboundedReceiver<Saw>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (orders, mut todo) = unbounded_channel();
        let (saw, seen) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serve(stream, &mut todo, &saw).await;
            }
        });
        Self { address, orders, seen }
    }

    /// Sends a piece of the answer's text.
    pub(crate) fn piece(&self, text: &str) {
        let choice = json!({"index": 0, "delta": {"content": text}, "finish_reason": null});
        self.event(&json!({"choices": [choice]}).to_string());
    }

    /// Ends the answer, with what it cost.
    pub(crate) fn finish(&self) {
        let choice = json!({"index": 0, "delta": {}, "finish_reason": "stop"});
        let usage = json!({"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18});
        self.event(&json!({"choices": [choice], "usage": usage}).to_string());
        self.event("[DONE]");
        self.order(Do::Finish);
    }

    pub(crate) fn order(&self, order: Do) {
        assert!(self.orders.send(order).is_ok());
    }

    fn event(&self, data: &str) {
        self.order(Do::Send(format!("data: {data}\n\n")));
    }
}

async fn serve(
    mut stream: TcpStream,
    todo: &mut UnboundedReceiver<Do>,
    saw: &UnboundedSender<Saw>,
) {
    let mut asked = Vec::new();
    // Requests end with the last brace of their JSON.
    while !asked.ends_with(b"}") {
        if stream.read_buf(&mut asked).await.unwrap_or(0) == 0 {
            return;
        }
    }
    saw.send(Saw::Request).unwrap();
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    loop {
        let mut more = [0; 64];
        tokio::select! {
            read = stream.read(&mut more) => {
                if read.unwrap_or(0) == 0 {
                    let _ = saw.send(Saw::Left);
                    return;
                }
            }
            order = todo.recv() => match order {
                Some(Do::Send(text)) => {
                    let framed = format!("{:x}\r\n{text}\r\n", text.len());
                    if stream.write_all(framed.as_bytes()).await.is_err() {
                        let _ = saw.send(Saw::Left);
                        return;
                    }
                }
                Some(Do::Finish) => {
                    stream.write_all(b"0\r\n\r\n").await.unwrap();
                    return;
                }
                Some(Do::Break) => {
                    stream.set_zero_linger().unwrap();
                    return;
                }
                None => return,
            },
        }
    }
}
