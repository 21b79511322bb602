//! A program goes as fast as its stream is read, and no further without it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dspy::lm::{EventStream, LanguageModel, Lm, LmError, Request, Response, StreamEvent};
use dspy::module::Streamed;
use dspy::prelude::*;
use dspy::run::Event;
use futures_util::{StreamExt, stream};
use tokio::time::sleep;

use super::{Qa, answer};

/// A model with a very long answer that counts the pieces which were taken.
#[derive(Clone, Default)]
struct Long {
    taken: Arc<AtomicUsize>,
    asked: Arc<AtomicUsize>,
    /// Streams under way.
    open: Arc<AtomicUsize>,
}

const WORDS: usize = 5_000;

struct Held(Arc<AtomicUsize>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl LanguageModel for Long {
    async fn generate(&self, _: &Request) -> Result<Response, LmError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(Response::text(answer(&"word ".repeat(WORDS))))
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        let done = StreamEvent::Done(self.generate(request).await?);
        let text = |text: &str| StreamEvent::Text { index: 0, delta: text.to_owned() };
        let words = (0..WORDS).map(move |_| text("word "));
        let first = StreamEvent::Text { index: 0, delta: "[[ ## answer ## ]]\n".to_owned() };
        let events = std::iter::once(first).chain(words).chain([done]);
        self.open.fetch_add(1, Ordering::SeqCst);
        let (held, taken) = (Held(Arc::clone(&self.open)), Arc::clone(&self.taken));
        Ok(stream::iter(events)
            .map(move |event| {
                let _ = &held;
                taken.fetch_add(1, Ordering::SeqCst);
                Ok(event)
            })
            .boxed())
    }

    fn name(&self) -> &str {
        "long"
    }
}

/// Asks in a task of its own, which nobody waits for if the program is dropped.
#[derive(Clone, Default)]
struct Spawned {
    ask: Predict<Qa>,
}

#[module]
impl Spawned {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        let ask = self.ask.clone();
        let task = tokio::spawn(async move {
            let first = ask.call(question.clone()).await?.into_output().answer;
            Ok::<_, dspy::Error>(first + &ask.call(question).await?.answer)
        });
        task.await.user()?
    }
}

#[tokio::test]
async fn little_waits_to_be_read() {
    let model = Long::default();
    let mut program = Spawned::default();
    program.set_lm(&Lm::from_model(model.clone()));
    let mut stream = program.stream("?");
    for read in 1..200 {
        stream.next().await.unwrap().unwrap();
        sleep(Duration::from_micros(200)).await;
        let ahead = model.taken.load(Ordering::SeqCst).saturating_sub(read);
        assert!(ahead <= 80, "{ahead} pieces ahead");
    }
    let out = stream.finish().await.unwrap();
    assert_eq!(out.output().len(), 2 * (5 * WORDS - 1));
    assert_eq!(model.open.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_dropped_stream_ends_spawned_calls_as_well() {
    let model = Long::default();
    let mut program = Spawned::default();
    program.set_lm(&Lm::from_model(model.clone()));
    let mut stream = program.stream("?");
    while !matches!(
        stream.next().await.unwrap().unwrap(),
        Streamed::Event(Event::FieldDelta { .. })
    ) {}
    assert_eq!(model.open.load(Ordering::SeqCst), 1);
    drop(stream);
    for _ in 0..200 {
        if model.open.load(Ordering::SeqCst) == 0 {
            break;
        }
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(model.open.load(Ordering::SeqCst), 0, "the answer is read on for nobody");
    sleep(Duration::from_millis(20)).await;
    assert_eq!(model.asked.load(Ordering::SeqCst), 1, "nothing more is asked");
    assert!(model.taken.load(Ordering::SeqCst) < WORDS / 2);
}

#[tokio::test]
async fn nothing_happens_before_it_is_read() {
    let model = Long::default();
    let ask = Predict::<Qa>::new().with_lm(Lm::from_model(model.clone()));
    let stream = ask.stream("?");
    sleep(Duration::from_millis(20)).await;
    assert_eq!(model.asked.load(Ordering::SeqCst), 0);
    drop(stream);
    assert_eq!(model.asked.load(Ordering::SeqCst), 0);
}
