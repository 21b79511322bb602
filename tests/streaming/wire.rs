//! Streams over HTTP: early, cancelled, broken.

use std::time::Duration;

use dspy::lm::{Lm, OpenAi};
use dspy::module::Streamed;
use dspy::prelude::*;
use dspy::run::Event;
use tokio::time::timeout;

use super::server::{Do, Saw, Server};
use super::{Qa, collected, texts};

fn lm(server: &Server) -> Lm {
    let base = format!("http://{}/v1", server.address);
    OpenAi::builder("m").api_base(base).api_key("k").env(|_| None).build().unwrap().into_lm()
}

/// What the server sees next, which must be soon.
async fn next(server: &mut Server) -> Saw {
    timeout(Duration::from_secs(5), server.seen.recv()).await.expect("within 5 s").unwrap()
}

#[derive(Clone, Default)]
struct Nested {
    ask: Predict<Qa>,
}

#[module]
impl Nested {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        Ok(self.ask.call(question).await?.into_output().answer)
    }
}

fn nested(server: &Server) -> Nested {
    let mut program = Nested::default();
    program.set_lm(&lm(server));
    program
}

#[tokio::test]
async fn the_first_delta_comes_before_the_last_piece_is_sent() {
    let mut server = Server::start().await;
    server.piece("[[ ## answer ## ]]\nThe Nile flows ");
    let mut chunks = nested(&server).stream("Which river?").text("ask", "answer");
    let first = timeout(Duration::from_secs(5), chunks.next()).await.expect("an early delta");
    assert_eq!(first.unwrap().unwrap().text, "The Nile flows");
    assert_eq!(next(&mut server).await, Saw::Request);
    // Only now is the rest sent.
    server.piece("north.\n\n[[ ## completed ## ]]");
    server.finish();
    let mut rest = String::new();
    while let Some(chunk) = chunks.next().await {
        rest.push_str(&chunk.unwrap());
    }
    assert_eq!(rest, " north.");
    let prediction = chunks.finish().await.unwrap();
    assert_eq!(prediction.output(), "The Nile flows north.");
    let usage = prediction.usage();
    assert_eq!((usage.calls, usage.prompt_tokens, usage.completion_tokens), (1, 11, 7));
}

#[tokio::test]
async fn a_dropped_stream_closes_the_connection() {
    let mut server = Server::start().await;
    server.piece("[[ ## answer ## ]]\nThe Nile flows ");
    let mut stream = nested(&server).stream("Which river?");
    loop {
        let item = timeout(Duration::from_secs(5), stream.next()).await.unwrap();
        if let Streamed::Event(Event::FieldDelta { .. }) = item.unwrap().unwrap() {
            break;
        }
    }
    assert_eq!(next(&mut server).await, Saw::Request);
    assert!(server.seen.try_recv().is_err(), "the client is still there");
    drop(stream);
    assert_eq!(next(&mut server).await, Saw::Left);
}

#[tokio::test]
async fn an_answer_that_is_stopped_closes_the_connection() {
    let mut server = Server::start().await;
    server.piece("[[ ## answer ## ]]\nThe Nile ");
    server.piece("flows ");
    let mut stream = nested(&server)
        .stream("Which river?")
        .stop_when(|it| it.text("answer").contains("flows").then(|| "no verbs".to_owned()));
    let error = loop {
        match timeout(Duration::from_secs(5), stream.next()).await.unwrap().unwrap() {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(matches!(&error, dspy::Error::Stopped { path, .. } if path == "ask"), "{error}");
    assert_eq!(next(&mut server).await, Saw::Request);
    // The stream itself still stands; the request does not.
    assert_eq!(next(&mut server).await, Saw::Left);
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_first_piece_ends_the_stream() {
    let mut server = Server::start().await;
    server.piece("[[ ## answer ## ]]\nThe Nile flows ");
    let mut stream = nested(&server).stream("Which river?");
    let mut seen = Vec::new();
    while texts(&seen).is_empty() {
        match stream.next().await.unwrap().unwrap() {
            Streamed::Event(event) => seen.push(event),
            other => panic!("{other:?}"),
        }
    }
    server.order(Do::Break);
    let (events, out) = timeout(Duration::from_secs(5), collected(stream)).await.unwrap();
    let error = out.unwrap_err();
    assert!(error.as_lm().is_some_and(dspy::lm::LmError::is_outage), "{error}");
    assert!(events.iter().any(|event| matches!(event, Event::CallEnded { ok: false, .. })));
    assert_eq!(next(&mut server).await, Saw::Request);
    assert!(
        timeout(Duration::from_millis(300), server.seen.recv()).await.is_err(),
        "nothing is asked again after something was shown"
    );
}
