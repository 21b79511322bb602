//! The text of one field, piece by piece.

use std::fmt;
use std::future::poll_fn;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;

use super::{ProgramStream, Streamed, ended};
use crate::error::Result;
use crate::predict::Prediction;
use crate::run::Event;

/// More text of a field. It is a `str`, and prints as one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chunk {
    /// The new text.
    pub text: String,
    /// The number of the predictor's call that it belongs to.
    pub call: u64,
    /// Whether the text begins anew: what came of a call before does not count, as the model was
    /// asked again.
    pub restarts: bool,
}

impl Deref for Chunk {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// The text of one output field while it comes, made by [`ProgramStream::text`]. It is a [`Stream`];
/// the prediction is had by [`finish`](Self::finish).
///
/// ```
/// use dspy::prelude::*;
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let ask = Predict::<Qa>::new().with_lm(Lm::embedded());
/// let mut chunks = ask.stream("Which river runs through Cairo?").text("self", "answer");
/// while let Some(chunk) = chunks.next().await {
///     print!("{}", chunk?);
/// }
/// let usage = chunks.finish().await?.usage();
/// # let _ = usage;
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[must_use = "a program runs while its stream is read"]
#[derive(Debug)]
pub struct Chunks<O> {
    stream: ProgramStream<O>,
    /// Whether text was given out that does not count.
    is_void: bool,
    /// The calls that text was given out of, and counts.
    calls: Vec<u64>,
    done: Option<Prediction<O>>,
}

impl<O> Unpin for Chunks<O> {}

impl<O> Chunks<O> {
    pub(super) fn new(stream: ProgramStream<O>) -> Self {
        Self { stream, is_void: false, calls: Vec::new(), done: None }
    }

    /// The next piece; `None` once the program is done.
    ///
    /// # Errors
    /// What the program fails with, which ends the stream.
    #[expect(clippy::should_implement_trait, reason = "the word of streams, which these are")]
    pub fn next(&mut self) -> impl Future<Output = Option<Result<Chunk>>> + Send
    where
        O: Send,
    {
        poll_fn(|cx| self.poll(cx))
    }

    /// The prediction, once the program is done. Text on the way is left out.
    ///
    /// # Errors
    /// As [`ProgramStream::finish`].
    pub async fn finish(mut self) -> Result<Prediction<O>>
    where
        O: Send,
    {
        while let Some(chunk) = self.next().await {
            chunk?;
        }
        self.done.ok_or_else(ended)
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Chunk>>> {
        loop {
            let event = match ready!(self.stream.poll(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(Streamed::Done(prediction))) => {
                    self.done = Some(prediction);
                    return Poll::Ready(None);
                }
                Some(Ok(Streamed::Event(event))) => event,
            };
            if let Some(void) = event.voids() {
                let told = self.calls.len();
                self.calls.retain(|call| *call != void);
                self.is_void |= self.calls.len() < told;
            } else if let Event::FieldDelta { delta, call, .. } = event {
                let restarts = std::mem::take(&mut self.is_void);
                if !self.calls.contains(&call) {
                    self.calls.push(call);
                }
                return Poll::Ready(Some(Ok(Chunk { text: delta, call, restarts })));
            }
        }
    }
}

impl<O> Stream for Chunks<O> {
    type Item = Result<Chunk>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}
