//! A model that answers by a script, after a while, and watches how it is called.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dspy::lm::{
    Capabilities, EmbeddingModel, Embeddings, EventStream, LanguageModel, LmError, Request,
    Response, StreamEvent,
};
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, sleep};

type Events = Vec<(Duration, Result<StreamEvent, LmError>)>;

/// What happens in one call.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "there are few of them")]
pub(crate) enum Turn {
    After(Duration, Result<Response, LmError>),
    /// Each event after a while; the stream then ends.
    Events(Events),
}

impl From<Response> for Turn {
    fn from(response: Response) -> Self {
        Self::After(Duration::ZERO, Ok(response))
    }
}

impl From<LmError> for Turn {
    fn from(error: LmError) -> Self {
        Self::After(Duration::ZERO, Err(error))
    }
}

#[derive(Clone)]
pub(crate) struct Model(Arc<State>);

struct State {
    name: String,
    script: Box<dyn Fn(usize) -> Turn + Send + Sync>,
    starts: Mutex<Vec<Instant>>,
    inside: AtomicUsize,
    most: AtomicUsize,
    native_n: bool,
}

impl Model {
    /// Call after call as the script says.
    pub(crate) fn new(script: impl Fn(usize) -> Turn + Send + Sync + 'static) -> Self {
        Self::named("openai/gpt-4o-mini", script)
    }

    pub(crate) fn named(
        name: &str,
        script: impl Fn(usize) -> Turn + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(State {
            name: name.to_owned(),
            script: Box::new(script),
            starts: Mutex::default(),
            inside: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            native_n: true,
        }))
    }

    /// These turns, the last one again and again.
    pub(crate) fn turns<T: Into<Turn>>(turns: impl IntoIterator<Item = T>) -> Self {
        let turns: Vec<Turn> = turns.into_iter().map(Into::into).collect();
        Self::new(move |call| turns[call.min(turns.len() - 1)].clone())
    }

    pub(crate) fn without_n(self) -> Self {
        let Ok(state) = Arc::try_unwrap(self.0) else { panic!("it is shared") };
        Self(Arc::new(State { native_n: false, ..state }))
    }

    pub(crate) fn calls(&self) -> usize {
        self.0.starts.lock().unwrap().len()
    }

    /// When each call began, after the first one.
    pub(crate) fn starts(&self) -> Vec<Duration> {
        let starts = self.0.starts.lock().unwrap();
        starts.iter().map(|start| *start - starts[0]).collect()
    }

    /// Calls under way.
    pub(crate) fn inside(&self) -> usize {
        self.0.inside.load(Ordering::SeqCst)
    }

    /// The most calls that were ever under way at once.
    pub(crate) fn most(&self) -> usize {
        self.0.most.load(Ordering::SeqCst)
    }

    fn enter(&self) -> (Turn, Visit) {
        let mut starts = self.0.starts.lock().unwrap();
        starts.push(Instant::now());
        let inside = self.0.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.most.fetch_max(inside, Ordering::SeqCst);
        ((self.0.script)(starts.len() - 1), Visit(self.clone()))
    }
}

struct Visit(Model);

impl Drop for Visit {
    fn drop(&mut self) {
        self.0.0.inside.fetch_sub(1, Ordering::SeqCst);
    }
}

impl LanguageModel for Model {
    async fn generate(&self, _: &Request) -> Result<Response, LmError> {
        let (turn, _visit) = self.enter();
        match turn {
            Turn::After(wait, answer) => {
                sleep(wait).await;
                answer
            }
            Turn::Events(_) => panic!("it was to be streamed"),
        }
    }

    async fn stream(&self, _: &Request) -> Result<EventStream, LmError> {
        let (turn, visit) = self.enter();
        let events = match turn {
            Turn::Events(events) => events,
            Turn::After(wait, answer) => {
                sleep(wait).await;
                vec![(Duration::ZERO, Ok(StreamEvent::Done(answer?)))]
            }
        };
        let events = stream::iter(events).then(async |(wait, event)| {
            sleep(wait).await;
            event
        });
        // The visit lasts as long as the stream.
        Ok(events
            .map(move |event| {
                let _ = &visit;
                event
            })
            .boxed())
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.n = self.0.native_n;
        capabilities
    }

    fn name(&self) -> &str {
        &self.0.name
    }
}

/// The same script for texts: as many vectors as texts, with the response's usage.
#[derive(Clone)]
pub(crate) struct Texts(pub(crate) Model);

impl EmbeddingModel for Texts {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        let (turn, _visit) = self.0.enter();
        let Turn::After(wait, answer) = turn else { panic!("texts come whole") };
        sleep(wait).await;
        let mut embeddings = Embeddings::new(vec![vec![1.0]; texts.len()]);
        embeddings.usage = answer?.usage;
        Ok(embeddings)
    }

    fn name(&self) -> &str {
        "openai/text-embedding-3-small"
    }
}
