//! [`Scripted`]: a model whose answers a test decides.

mod answer;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::error::LmError;
use super::handle::Lm;
use super::model::{Capabilities, EventStream, LanguageModel, StreamEvent, whole};
use super::request::Request;
use super::response::Response;

pub use answer::ScriptedAnswer;

type Script = dyn Fn(&Request, usize) -> ScriptedAnswer + Send + Sync;

/// A language model for tests: it answers from a script and remembers what it was asked. Cloning
/// gives another handle to the same script.
///
/// Each answered call counts as one in its usage; tokens are zero unless the script's
/// [`Response`] names some.
///
/// ```
/// use dspy::lm::{LmError, Message, Request, Scripted};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let model = Scripted::texts(["first", "second"]);
/// let lm = model.lm();
/// let answer = lm.generate(&Request::new([Message::user("Well?")])).await?;
/// assert_eq!(answer.completions[0].joined_text(), "first");
/// assert_eq!(model.requests()[0].messages[0].text(), "Well?");
/// assert!(model.check_exhausted().is_err(), "nobody has asked for the second");
/// # Ok::<(), LmError>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Scripted {
    script: Arc<Source>,
    seen: Arc<Mutex<Vec<Arc<Request>>>>,
    name: Arc<str>,
    capabilities: Capabilities,
    delay: Duration,
    piece: Option<usize>,
}

enum Source {
    List(Mutex<VecDeque<ScriptedAnswer>>),
    Closure(Box<Script>),
}

impl Scripted {
    /// These answers, one for each call: texts, [`Response`]s, [`LmError`]s, or [`ScriptedAnswer`]s
    /// that take their time. A call beyond the last is an error.
    pub fn new(answers: impl IntoIterator<Item = impl Into<ScriptedAnswer>>) -> Self {
        let answers = answers.into_iter().map(Into::into).collect();
        Self::from_source(Source::List(Mutex::new(answers)))
    }

    /// These texts, one for each call. A call beyond the last is an error.
    pub fn texts(texts: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::new(texts.into_iter().map(|text| ScriptedAnswer::from(text.into())))
    }

    /// What a closure says to each request and to how many came before it.
    ///
    /// ```
    /// use dspy::lm::{LmError, Scripted};
    ///
    /// let echo = Scripted::with(|request, _| request.messages[0].text());
    /// let flaky = Scripted::with(|_, before| match before {
    ///     0 => Err(LmError::Timeout { host: "test".into(), after: Default::default() }),
    ///     _ => Ok("fine".to_owned()),
    /// });
    /// # let _ = (echo, flaky);
    /// ```
    pub fn with<A: Into<ScriptedAnswer>>(
        script: impl Fn(&Request, usize) -> A + Send + Sync + 'static,
    ) -> Self {
        Self::from_source(Source::Closure(Box::new(move |request, before| {
            script(request, before).into()
        })))
    }

    fn from_source(script: Source) -> Self {
        Self {
            script: Arc::new(script),
            seen: Arc::default(),
            name: "scripted".into(),
            capabilities: Capabilities::default(),
            delay: Duration::ZERO,
            piece: None,
        }
    }

    /// The same under another name.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        self.name = name.into();
        self
    }

    /// The same with these capabilities.
    #[must_use]
    pub fn with_capabilities(mut self, capabilities: Capabilities) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// The same, waiting so long before each answer. It needs tokio's timer.
    #[must_use]
    pub fn with_delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The same, streaming texts in pieces of so many characters; otherwise each part of an answer
    /// comes whole. 0 counts as 1.
    #[must_use]
    pub fn with_pieces(mut self, characters: usize) -> Self {
        self.piece = Some(characters.max(1));
        self
    }

    /// A handle for programs.
    pub fn lm(&self) -> Lm {
        Lm::from_model(self.clone())
    }

    /// What was asked, in order.
    pub fn requests(&self) -> Vec<Arc<Request>> {
        self.seen().clone()
    }

    /// How often it was asked.
    pub fn calls(&self) -> usize {
        self.seen().len()
    }

    /// How many answers of a list nobody has asked for yet; always 0 for a closure.
    pub fn remaining(&self) -> usize {
        match &*self.script {
            Source::List(answers) => answers.lock().unwrap_or_else(PoisonError::into_inner).len(),
            Source::Closure(_) => 0,
        }
    }

    /// Checks that every answer was asked for; for the end of a test.
    ///
    /// # Errors
    /// [`LmError::Config`] where some are left.
    pub fn check_exhausted(&self) -> Result<(), LmError> {
        match self.remaining() {
            0 => Ok(()),
            left => Err(LmError::Config {
                message: format!(
                    "{left} scripted answers are left after {} calls; script fewer, or find out \
                     why the model was not asked",
                    self.calls()
                ),
            }),
        }
    }

    async fn answer(&self, request: &Request) -> Result<Response, LmError> {
        let (before, listed) = {
            let mut seen = self.seen();
            let before = seen.len();
            seen.push(Arc::new(request.clone()));
            // Taken under the same lock, so that answers go to requests in the order of both.
            let listed = match &*self.script {
                Source::List(answers) => {
                    answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
                }
                Source::Closure(_) => None,
            };
            (before, listed)
        };
        let answer = match (&*self.script, listed) {
            (Source::Closure(script), _) => script(request, before),
            (Source::List(_), Some(answer)) => answer,
            (Source::List(_), None) => LmError::Config {
                message: format!("the script ends after {before} answers; script one more"),
            }
            .into(),
        };
        let delay = self.delay.saturating_add(answer.delay);
        if delay.is_zero() {
            // Lets concurrent calls interleave, as with a real model.
            tokio::task::yield_now().await;
        } else {
            tokio::time::sleep(delay).await;
        }
        let mut response = *answer.result.map_err(|error| *error)?;
        if !response.cached {
            response.usage.calls = response.usage.calls.max(1);
        }
        Ok(response)
    }

    fn seen(&self) -> MutexGuard<'_, Vec<Arc<Request>>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LanguageModel for Scripted {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        self.answer(request).await
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        let events = whole(self.answer(request).await?);
        let Some(piece) = self.piece else { return Ok(events) };
        let cut = events.flat_map(move |event| stream::iter(in_pieces(event, piece)));
        Ok(cut.boxed())
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    fn name(&self) -> &str {
        &self.name
    }
}

fn in_pieces(
    event: Result<StreamEvent, LmError>,
    piece: usize,
) -> Vec<Result<StreamEvent, LmError>> {
    let cut = |text: &str| -> Vec<String> {
        let all: Vec<char> = text.chars().collect();
        all.chunks(piece).map(|chunk| chunk.iter().collect()).collect()
    };
    match event {
        Ok(StreamEvent::Text { index, delta }) => {
            let piece = |delta| Ok(StreamEvent::Text { index, delta });
            cut(&delta).into_iter().map(piece).collect()
        }
        Ok(StreamEvent::Reasoning { index, delta }) => {
            let piece = |delta| Ok(StreamEvent::Reasoning { index, delta });
            cut(&delta).into_iter().map(piece).collect()
        }
        other => vec![other],
    }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scripted")
            .field("name", &self.name)
            .field("calls", &self.calls())
            .field("remaining", &self.remaining())
            .finish_non_exhaustive()
    }
}
