//! A call of a program, watched while it goes on.

mod chunks;
mod partial_answer;

pub use chunks::{Chunk, Chunks};
pub use partial_answer::PartialAnswer;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::error::{Error, Result};
use crate::predict::Prediction;
use crate::run::{Event, Queued, Stopped};
use crate::signature::SignatureSchema;

/// What a [`ProgramStream`] gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Streamed<O> {
    /// Something happened.
    Event(Event),
    /// The program gave this; it comes once, and last.
    Done(Prediction<O>),
}

type Running<O> = Pin<Box<dyn Future<Output = Result<Prediction<O>>> + Send>>;
type Rule = Box<dyn FnMut(&PartialAnswer) -> Option<String> + Send>;

/// A program at work: events while it goes on, in the end its prediction or an error. Made by
/// [`Module::stream`](super::Module::stream) and [`Call::stream`](super::Call::stream).
///
/// It is a [`Stream`] of results, and has a [`next`](Self::next) of its own, for which nothing need
/// be imported. An error ends it.
///
/// - **What is told.** Every [`Event`] of the run: text of output fields as it comes, with the
///   predictor's path and the number of its call; beginnings and ends of modules, predictors' calls
///   and tools; and what the program says itself ([`Module::status`](super::Module::status)). Nested
///   modules, spawned tasks, agents and attempts of strategies are all in it. A cached answer is told
///   like a new one, in one piece.
/// - **What counts.** The deltas of a field of one call are, put together, what the prediction of
///   that call has: for texts to the letter, for other types the text that the value was read from.
///   Where they do not count, since the model is asked again, an event [says so](Event::voids).
///   Nothing is asked again because a connection broke after the first piece of an answer came.
/// - **How fast.** The program runs while the stream is read, and goes as fast as that: a few dozen
///   events at most wait to be read, then the program waits, and with it the server.
/// - **How it is cancelled.** By dropping it: requests under way are dropped, which closes their
///   connections. What the program has spawned and not joined ends with its next call.
///   [`stop_when`](Self::stop_when) does the same for what is said in an answer.
///
/// ```
/// use dspy::module::Streamed;
/// use dspy::prelude::*;
/// use dspy::run::Event;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let ask = Predict::<Qa>::new().with_lm(Lm::embedded());
/// let mut stream = ask.stream("Which river runs through Cairo?");
/// let mut told = String::new();
/// while let Some(item) = stream.next().await {
///     match item? {
///         Streamed::Event(Event::FieldDelta { field, delta, .. }) if field == "answer" => {
///             told.push_str(&delta);
///         }
///         Streamed::Done(prediction) => assert_eq!(prediction.answer, told),
///         _ => {}
///     }
/// }
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[must_use = "a program runs while its stream is read"]
pub struct ProgramStream<O> {
    running: Option<Running<O>>,
    result: Option<Result<Prediction<O>>>,
    queue: UnboundedReceiver<Queued>,
    /// The tasks of the predictors, by path.
    tasks: Vec<(String, SignatureSchema)>,
    answers: Vec<PartialAnswer>,
    rules: Vec<Rule>,
    only: Option<(String, String)>,
}

// Nothing in it is pinned in place: the program stands in a box.
impl<O> Unpin for ProgramStream<O> {}

impl<O> ProgramStream<O> {
    pub(super) fn new(
        running: Running<O>,
        queue: UnboundedReceiver<Queued>,
        tasks: Vec<(String, SignatureSchema)>,
    ) -> Self {
        Self {
            running: Some(running),
            result: None,
            queue,
            tasks,
            answers: Vec::new(),
            rules: Vec::new(),
            only: None,
        }
    }

    /// The next event, or the end; `None` after that.
    ///
    /// # Errors
    /// What the program fails with; [`Error::Stopped`] by [`stop_when`](Self::stop_when).
    #[expect(clippy::should_implement_trait, reason = "the word of streams, which these are")]
    pub fn next(&mut self) -> impl Future<Output = Option<Result<Streamed<O>>>> + Send
    where
        O: Send,
    {
        poll_fn(|cx| self.poll(cx))
    }

    /// The prediction, once the program is done. Events on the way are left out.
    ///
    /// # Errors
    /// As [`next`](Self::next); and [`Error::Invalid`] where it has ended before.
    pub async fn finish(mut self) -> Result<Prediction<O>>
    where
        O: Send,
    {
        while let Some(item) = self.next().await {
            if let Streamed::Done(prediction) = item? {
                return Ok(prediction);
            }
        }
        Err(ended())
    }

    /// Stops the program as soon as an answer that is still being written calls for it: where `rule`
    /// gives a reason. It sees each answer after every piece of it.
    ///
    /// The request under way is dropped, so that no more is written nor paid for, and the stream ends
    /// with an [`Error::Stopped`] that has the reason and what was written so far; the piece itself
    /// is not given out. A program that should ask again instead judges whole answers:
    /// [`assert_that!`](macro@crate::assert_that).
    ///
    /// ```
    /// use dspy::prelude::*;
    ///
    /// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let ask = Predict::<Qa>::new().with_lm(Lm::embedded());
    /// let stream = ask.stream("Which river runs through Cairo?").stop_when(|answer| {
    ///     let length = answer.text("answer").len();
    ///     (length > 1000).then(|| format!("{length} bytes are too many"))
    /// });
    /// println!("{}", stream.finish().await?.answer);
    /// # Ok::<(), dspy::Error>(()) }).unwrap();
    /// ```
    pub fn stop_when(
        mut self,
        rule: impl FnMut(&PartialAnswer) -> Option<String> + Send + 'static,
    ) -> Self {
        self.rules.push(Box::new(rule));
        self
    }

    /// Gives only what concerns one output field of one predictor: its deltas, events that
    /// [void](Event::voids) them, and the end. The path of a predictor that is the whole program is
    /// `self`.
    ///
    /// A path or field that the program does not have makes the stream fail before anything is asked,
    /// with an [`Error::Invalid`] that says what there is.
    pub fn field(mut self, path: impl Into<String>, field: impl Into<String>) -> Self {
        let (path, field) = (path.into(), field.into());
        if let Err(error) = self.check(&path, &field) {
            self.running = None;
            self.result = Some(Err(error));
        }
        self.only = Some((path, field));
        self
    }

    /// The text of one output field, piece by piece, and nothing else; then
    /// [`Chunks::finish`] has the prediction. As [`field`](Self::field) for paths that there are not.
    pub fn text(self, path: impl Into<String>, field: impl Into<String>) -> Chunks<O> {
        Chunks::new(self.field(path, field))
    }

    /// What has come so far of the answer to a call that is under way: of the latest piece that was
    /// given out, and with it.
    pub fn answer(&self, call: u64) -> Option<&PartialAnswer> {
        self.answers.iter().find(|answer| answer.call() == call)
    }

    fn check(&self, path: &str, field: &str) -> Result<()> {
        let listed = |names: Vec<&str>| names.join("`, `");
        let Some((_, task)) = self.tasks.iter().find(|(at, _)| at == path) else {
            let known = listed(self.tasks.iter().map(|(path, _)| path.as_str()).collect());
            return Err(Error::Invalid(format!(
                "the program has no predictor `{path}` to stream from; it has `{known}`"
            )));
        };
        if task.outputs().iter().any(|output| output.name() == field) {
            return Ok(());
        }
        let known = listed(task.outputs().iter().map(|output| output.name()).collect());
        Err(Error::Invalid(format!(
            "the predictor `{path}` has no output `{field}` to stream; it has `{known}`"
        )))
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Streamed<O>>>> {
        // This also asks to be woken by what comes from other tasks.
        while let Poll::Ready(Some(queued)) = self.queue.poll_recv(cx) {
            if let Some(item) = self.take(queued) {
                return Poll::Ready(Some(item));
            }
        }
        if let Some(running) = &mut self.running
            && let Poll::Ready(result) = running.as_mut().poll(cx)
        {
            self.running = None;
            self.result = Some(result);
        }
        // What it has told meanwhile is given out first.
        while let Ok(queued) = self.queue.try_recv() {
            if let Some(item) = self.take(queued) {
                return Poll::Ready(Some(item));
            }
        }
        match self.result.take() {
            Some(result) => {
                self.end();
                Poll::Ready(Some(result.map(Streamed::Done)))
            }
            None if self.running.is_none() => Poll::Ready(None),
            None => Poll::Pending,
        }
    }

    /// What is given out of an event, if anything.
    fn take(&mut self, Queued { event, .. }: Queued) -> Option<Result<Streamed<O>>> {
        if let Err(error) = self.follow(&event) {
            self.end();
            return Some(Err(error));
        }
        self.is_wanted(&event).then_some(Ok(Streamed::Event(event)))
    }

    /// Drops the program and whatever it has told.
    fn end(&mut self) {
        self.running = None;
        self.result = None;
        self.queue.close();
        while self.queue.try_recv().is_ok() {}
    }

    /// Keeps what is known of the answers under way, and judges it.
    fn follow(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::FieldDelta { path, invocation, call, field, delta, .. } => {
                let known = self.answers.iter().position(|answer| answer.call() == *call);
                let place = known.unwrap_or_else(|| {
                    let task = self.tasks.iter().find(|(at, _)| at == path);
                    let task = task.map(|(_, task)| task.clone());
                    self.answers.push(PartialAnswer::new(path, *invocation, *call, task));
                    self.answers.len() - 1
                });
                let Some(answer) = self.answers.get_mut(place) else { return Ok(()) };
                answer.add(field, delta);
                let reason = self.rules.iter_mut().find_map(|rule| rule(answer));
                reason.map_or(Ok(()), |reason| {
                    let (field, partial) = (Some(field.clone()), answer.texts());
                    let error = Box::new(Stopped::new(reason, field, partial));
                    Err(Error::Stopped { path: path.clone(), error })
                })
            }
            Event::Backtracked { call, .. }
            | Event::Discarded { call, .. }
            | Event::CallEnded { call, .. } => {
                self.answers.retain(|answer| answer.call() != *call);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn is_wanted(&self, event: &Event) -> bool {
        let Some((path, field)) = &self.only else { return true };
        event.path() == path
            && match event {
                Event::FieldDelta { field: it, .. } => it == field,
                event => event.voids().is_some(),
            }
    }
}

/// Who asks for what was given out already.
fn ended() -> Error {
    Error::Invalid("the stream has ended before, and what it ended with was given out".to_owned())
}

impl<O> Stream for ProgramStream<O> {
    type Item = Result<Streamed<O>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}

impl<O> fmt::Debug for ProgramStream<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProgramStream")
            .field("running", &self.running.is_some())
            .field("only", &self.only)
            .field("answers", &self.answers)
            .finish_non_exhaustive()
    }
}
