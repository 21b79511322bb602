//! [`Record`]: writes each call into a cassette.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::StreamExt;
use serde::Serialize;

use super::super::error::LmError;
use super::super::forward::forward;
use super::super::model::{EventStream, LanguageModel, StreamEvent};
use super::super::private_file;
use super::super::redaction::Redaction;
use super::super::request::Request;
use super::super::response::Response;
use super::failed;
use super::line::{Exchange, Header, Outcome, key};

/// A language model whose calls are added to a file, a *cassette*, for [`Replay`](super::Replay).
///
/// The file has a line of JSON for each call, in the order in which they ended: a hash of the
/// request, the request, and the answer or the error. It holds no key, since keys are no part of
/// requests; prompts and answers it does hold, so only its owner may read it (mode 0600), and
/// [`with_redaction`](Self::with_redaction) can change them. A line is written at once or not at
/// all, and a call whose line cannot be written fails. A stream is recorded when it has ended.
///
/// ```
/// use dspy::lm::{Embedded, LanguageModel, Message, Record, Replay, Request};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("greeting.jsonl");
/// let request = Request::new([Message::user("Say something.")]);
/// let said = Record::new(Embedded::new(), &path)?.generate(&request).await?;
/// let again = Replay::open(&path)?.generate(&request).await?;
/// assert_eq!(said, again);
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Record<M> {
    inner: M,
    tape: Tape,
}

/// The file and what is written there.
#[derive(Clone, Debug)]
struct Tape {
    path: Arc<PathBuf>,
    file: Arc<Mutex<File>>,
    redaction: Option<Redaction>,
    requests: bool,
}

impl<M: LanguageModel> Record<M> {
    /// Records the calls of `inner` at the end of a file, which is made where there is none.
    ///
    /// # Errors
    /// [`LmError::Storage`] where the file cannot be written.
    pub fn new(inner: M, path: impl AsRef<Path>) -> Result<Self, LmError> {
        let path = path.as_ref();
        let opened = || {
            let mut file = private_file::append_to(path)?;
            match file.seek(SeekFrom::End(-1)) {
                Ok(_) => {
                    let mut last = [0];
                    file.read_exact(&mut last)?;
                    // Somebody was stopped in the middle of a line.
                    if last != *b"\n" {
                        file.write_all(b"\n")?;
                    }
                }
                Err(_) => file.write_all(&json_line(&Header::of(&inner))?)?,
            }
            Ok(file)
        };
        let file = opened()
            .map_err(|error: std::io::Error| failed(path, format!("cannot write it: {error}")))?;
        let tape = Tape {
            path: Arc::new(path.to_owned()),
            file: Arc::new(Mutex::new(file)),
            redaction: None,
            requests: true,
        };
        Ok(Self { inner, tape })
    }

    /// Changes texts before they are written: those of messages and answers, reasoning, arguments
    /// and results of tools, and errors. A replay still finds the request, by the hash of what was
    /// really sent, and gives the answer as it was written.
    #[must_use]
    pub fn with_redaction(
        mut self,
        change: impl Fn(&str) -> String + Send + Sync + 'static,
    ) -> Self {
        self.tape.redaction = Some(Redaction::new(change));
        self
    }

    /// Whether to write requests, not only their hashes; by default it does. Without them a replay
    /// cannot say what is different about a request that it does not know.
    #[must_use]
    pub fn with_requests(mut self, written: bool) -> Self {
        self.tape.requests = written;
        self
    }
}

impl Tape {
    fn write(&self, request: &Request, result: Result<&Response, &LmError>) -> Result<(), LmError> {
        let Some(key) = key(request) else {
            return Err(failed(&self.path, "the request has no JSON form"));
        };
        let mut outcome = Outcome::of(result);
        let mut request = self.requests.then(|| request.clone());
        if let Some(redaction) = &self.redaction {
            request.iter_mut().for_each(|request| redaction.request(request));
            match &mut outcome {
                Outcome::Response(response) => redaction.response(response),
                Outcome::Error(fault) => fault.redact(redaction),
            }
        }
        let line = json_line(&Exchange { key, request, outcome });
        // One call to the system, so that lines of several processes do not mix.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        line.and_then(|line| file.write_all(&line))
            .map_err(|error| failed(&self.path, format!("cannot write it: {error}")))
    }
}

fn json_line(value: &impl Serialize) -> std::io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

impl<M: LanguageModel> LanguageModel for Record<M> {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        let result = self.inner.generate(request).await;
        self.tape.write(request, result.as_ref())?;
        result
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        let events = match self.inner.stream(request).await {
            Ok(events) => events,
            Err(error) => {
                self.tape.write(request, Err(&error))?;
                return Err(error);
            }
        };
        let (tape, request) = (self.tape.clone(), request.clone());
        let recorded = events.map(move |event| {
            match &event {
                Ok(StreamEvent::Done(response)) => tape.write(&request, Ok(response))?,
                Err(error) => tape.write(&request, Err(error))?,
                Ok(_) => {}
            }
            event
        });
        Ok(recorded.boxed())
    }

    forward!(inner);
}
