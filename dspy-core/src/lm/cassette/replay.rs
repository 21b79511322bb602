//! [`Replay`]: answers from a cassette.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::super::error::LmError;
use super::super::model::{Capabilities, EventStream, LanguageModel, whole};
use super::super::request::Request;
use super::super::response::Response;
use super::failed;
use super::line::{Exchange, Header, Outcome, VERSION, key};
use super::nearest::nearest;

/// A language model that answers from a cassette that [`Record`](super::Record) wrote, without key
/// or network.
///
/// A request that was made several times gets its answers in the order in which they were recorded.
/// One that was not recorded, or is made more often, is an error that shows where the nearest
/// recorded one differs; or it goes to another model ([`or`](Self::or)). Answers come as they were
/// recorded, usage included, and errors as errors. A stream gives the recorded answer.
///
/// The model is no part of what makes requests the same: keep a cassette for each. Its name and
/// capabilities, by which adapters choose how to ask, are those of the recorded model.
///
/// ```no_run
/// use dspy::lm::{Lm, Record, Replay};
///
/// // Answers from the file, and asks and records what is not there yet.
/// let model = Lm::new("openai/gpt-4o-mini")?;
/// let path = "tests/cassettes/triage.jsonl";
/// let lm = Lm::from_model(Replay::open(path)?.or(Record::new(model, path)?));
/// # Ok::<(), dspy::lm::LmError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Replay<M = Nothing> {
    tape: Arc<Tape>,
    rest: M,
}

/// No model: the place of another one behind a strict [`Replay`].
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Nothing;

#[derive(Debug)]
struct Tape {
    path: PathBuf,
    header: Header,
    left: Mutex<HashMap<String, VecDeque<Outcome>>>,
    /// How often each request was recorded.
    recorded: HashMap<String, usize>,
    requests: Vec<(usize, Request)>,
}

impl Replay {
    /// Reads a cassette.
    ///
    /// # Errors
    /// [`LmError::Storage`] where it cannot be read, or a line is none of a cassette.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LmError> {
        let path = path.as_ref();
        let text = fs::read_to_string(path)
            .map_err(|error| failed(path, format!("cannot read it: {error}")))?;
        Ok(Self { tape: Arc::new(Tape::read(path, &text)?), rest: Nothing })
    }

    /// The same with another model for requests that the cassette does not know.
    pub fn or<M: LanguageModel>(self, model: M) -> Replay<M> {
        Replay { tape: self.tape, rest: model }
    }
}

impl<M> Replay<M> {
    /// How many recorded answers nobody has asked for yet.
    pub fn remaining(&self) -> usize {
        let left = self.tape.left.lock().unwrap_or_else(PoisonError::into_inner);
        left.values().map(VecDeque::len).sum()
    }
}

impl Tape {
    fn read(path: &Path, text: &str) -> Result<Self, LmError> {
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let header = lines.next().and_then(|(_, line)| serde_json::from_str::<Header>(line).ok());
        let header = match header {
            Some(header) if header.cassette == VERSION => header,
            Some(header) => {
                return Err(failed(
                    path,
                    format!(
                        "its format has version {}, not {VERSION}; record it anew",
                        header.cassette
                    ),
                ));
            }
            None => return Err(failed(path, "its first line is not that of a cassette")),
        };
        let mut left: HashMap<String, VecDeque<Outcome>> = HashMap::new();
        let mut requests = Vec::new();
        for (place, line) in lines {
            let number = place + 1;
            let exchange: Exchange = match serde_json::from_str(line) {
                Ok(exchange) => exchange,
                // Two processes may both have begun the file.
                Err(_) if serde_json::from_str::<Header>(line).is_ok() => continue,
                Err(error) => {
                    let fault = format!("line {number} cannot be read ({error}); delete that line");
                    return Err(failed(path, fault));
                }
            };
            left.entry(exchange.key).or_default().push_back(exchange.outcome);
            requests.extend(exchange.request.map(|request| (number, request)));
        }
        let recorded = left.iter().map(|(key, all)| (key.clone(), all.len())).collect();
        Ok(Self { path: path.to_owned(), header, left: Mutex::new(left), recorded, requests })
    }

    fn take(&self, request: &Request) -> Option<Outcome> {
        let key = key(request)?;
        self.left.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&key)?.pop_front()
    }

    fn unknown(&self, request: &Request) -> LmError {
        let times = key(request).and_then(|key| self.recorded.get(&key));
        let why = match times {
            Some(1) => "it was recorded once, and its answer is used up".to_owned(),
            Some(times) => format!("it was recorded {times} times, and its answers are used up"),
            None => nearest(request, &self.requests),
        };
        LmError::NotRecorded { path: self.path.display().to_string(), why }
    }
}

impl LanguageModel for Replay {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        match self.tape.take(request) {
            Some(outcome) => outcome.into_result(),
            None => Err(self.tape.unknown(request)),
        }
    }

    fn capabilities(&self) -> Capabilities {
        self.tape.header.capabilities
    }

    fn name(&self) -> &str {
        &self.tape.header.model
    }
}

impl<M: LanguageModel> LanguageModel for Replay<M> {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        match self.tape.take(request) {
            Some(outcome) => outcome.into_result(),
            None => self.rest.generate(request).await,
        }
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        match self.tape.take(request) {
            Some(outcome) => Ok(whole(outcome.into_result()?)),
            None => self.rest.stream(request).await,
        }
    }

    fn capabilities(&self) -> Capabilities {
        self.rest.capabilities()
    }

    fn name(&self) -> &str {
        self.rest.name()
    }

    fn fingerprint(&self) -> Cow<'_, str> {
        self.rest.fingerprint()
    }

    fn curl(&self, request: &Request) -> Option<String> {
        self.rest.curl(request)
    }
}
