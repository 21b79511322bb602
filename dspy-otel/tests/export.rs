//! What goes over the wire: where to, with which headers, and what is never shown.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use dspy::lm::Scripted;
use dspy::otel::{Otel, OtelError};
use dspy::prelude::*;
use tracing_subscriber::layer::SubscriberExt as _;

/// Answer the question.
#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

struct Sent {
    head: String,
    body: Vec<u8>,
}

/// A server that says yes to everything.
fn collector() -> (String, Receiver<Sent>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, sender) = (stream.unwrap(), sender.clone());
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                loop {
                    let mut head = String::new();
                    while !head.ends_with("\r\n\r\n") {
                        if reader.read_line(&mut head).unwrap_or_default() == 0 {
                            return;
                        }
                    }
                    let head = head.to_lowercase();
                    let length = head.split("content-length: ").nth(1).unwrap();
                    let length = length.split("\r\n").next().unwrap().parse().unwrap();
                    let mut body = vec![0; length];
                    reader.read_exact(&mut body).unwrap();
                    sender.send(Sent { head, body }).unwrap();
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
                }
            });
        }
    });
    (address, receiver)
}

fn holds(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|part| part == text.as_bytes())
}

async fn ask() {
    let answer = "[[ ## answer ## ]]\nswordfish\n\n[[ ## completed ## ]]";
    let lm = Scripted::texts([answer]).with_name("openai/gpt-test").lm();
    Predict::<Qa>::new().with_lm(lm).call("Which password?").await.unwrap();
}

#[tokio::test]
async fn spans_and_metrics_go_to_the_collector() {
    let (address, sent) = collector();
    let otel = Otel::new()
        .with_endpoint(&*address)
        .with_header("x-api-key", "canary-1")
        .with_service_name("bot")
        .with_attribute("deployment.environment.name", "test");
    assert!(!format!("{otel:?}").contains("canary"), "{otel:?}");
    let (layer, guard) = otel.layer().unwrap();
    assert!(!format!("{guard:?}").contains("canary"), "{guard:?}");
    let listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    ask().await;
    drop(listening);
    guard.shutdown_async().await.unwrap();
    let mut paths = Vec::new();
    while let Ok(Sent { head, body }) = sent.recv_timeout(Duration::from_millis(200)) {
        assert!(head.contains("content-type: application/x-protobuf"), "{head}");
        assert!(head.contains("x-api-key: canary-1"), "{head}");
        for said in ["bot", "deployment.environment.name", "gpt-test"] {
            assert!(holds(&body, said), "{said}");
        }
        for secret in ["canary", "swordfish", "Which password?", "src/"] {
            assert!(!holds(&body, secret), "{secret}");
        }
        let traces = head.starts_with("post /v1/traces");
        assert!(holds(&body, "predict self") == traces);
        paths.push(head.lines().next().unwrap_or_default().to_owned());
    }
    paths.sort();
    assert_eq!(paths, ["post /v1/metrics http/1.1", "post /v1/traces http/1.1"]);
}

#[tokio::test]
async fn a_drop_sends_what_is_left() {
    let (address, sent) = collector();
    let (layer, guard) = Otel::new().with_endpoint(address).without_metrics().layer().unwrap();
    let listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    ask().await;
    drop(listening);
    drop(guard);
    let Sent { body, .. } = sent.recv_timeout(Duration::from_secs(5)).unwrap();
    assert!(holds(&body, "chat gpt-test"));
    assert!(sent.recv_timeout(Duration::from_millis(100)).is_err(), "no metrics");
}

#[tokio::test]
async fn what_is_not_sampled_is_not_sent() {
    let (address, sent) = collector();
    let otel = Otel::new().with_endpoint(address).with_sampling(0.0).without_metrics();
    let (layer, guard) = otel.layer().unwrap();
    let listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    ask().await;
    drop(listening);
    guard.shutdown().unwrap();
    assert!(sent.recv_timeout(Duration::from_millis(200)).is_err());
}

#[tokio::test]
async fn a_collector_that_is_not_there_is_an_error_at_the_end() {
    let otel = Otel::new()
        .with_endpoint("http://127.0.0.1:1")
        .with_header("x-api-key", "canary-2")
        .with_timeout(Duration::from_millis(300))
        .without_metrics();
    let (layer, guard) = otel.layer().unwrap();
    let listening = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    ask().await;
    drop(listening);
    let error = guard.flush().unwrap_err().to_string();
    assert!(error.contains("is the collector running?") && !error.contains("canary"), "{error}");
    drop(guard);
}

#[test]
fn what_is_set_wrongly_is_said() {
    let layer = |otel: Otel| otel.layer::<tracing_subscriber::Registry>().map(|_| ()).unwrap_err();
    let at = || Otel::new().with_endpoint("http://127.0.0.1:1");
    assert_eq!(layer(at().with_sampling(1.5)), OtelError::Sampling(1.5));
    let error = layer(at().with_header("x-key", "canary\n3"));
    assert_eq!(error, OtelError::Header { name: "x-key".to_owned() });
    assert!(!error.to_string().contains("canary"));
    assert!(matches!(layer(Otel::new().with_endpoint("not an address")), OtelError::Setup(_)));
}
