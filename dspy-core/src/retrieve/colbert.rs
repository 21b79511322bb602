//! [`ColBertV2`]: a ColBERTv2 server.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::RetrieveError;
use super::passage::Passage;
use super::retriever::Retriever;
use crate::lm::{JsonServer, JsonServerOptions, LmError};

/// How long a search may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The most that is read of an answer, in bytes.
const ANSWER: usize = 8 << 20;

/// A client of a ColBERTv2 server: `GET ADDRESS?query=…&k=…`, answered by
/// `{"topk": [{"text": …, "pid": …, "score": …}, …]}`. Cloning is cheap and shares connections.
///
/// `pid` is the passage's id (its rank, where the server sends none), and whatever else the server
/// says of it is metadata.
///
/// ```
/// use std::time::Duration;
/// use dspy::retrieve::ColBertV2;
///
/// let server = ColBertV2::builder("http://localhost:8893/api/search")
///     .timeout(Duration::from_secs(3))
///     .build()?;
/// # Ok::<(), dspy::retrieve::RetrieveError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ColBertV2 {
    server: Arc<JsonServer>,
}

/// Builds a [`ColBertV2`]; begin with [`ColBertV2::builder`].
#[derive(Clone, Debug)]
pub struct ColBertV2Builder {
    address: String,
    options: JsonServerOptions,
}

impl ColBertV2 {
    /// A client of the server at this address, such as `http://localhost:8893/api/search`.
    ///
    /// # Errors
    /// [`RetrieveError::Service`] for what is no `http` or `https` address.
    pub fn new(address: impl Into<String>) -> Result<Self, RetrieveError> {
        Self::builder(address).build()
    }

    /// Begins a client with settings of its own.
    pub fn builder(address: impl Into<String>) -> ColBertV2Builder {
        let options = JsonServerOptions::new(TIMEOUT, ANSWER);
        ColBertV2Builder { address: address.into(), options }
    }
}

impl ColBertV2Builder {
    /// A header to send with each search. Its value is treated as a secret.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl AsRef<str>) -> Self {
        self.options.add_header(name.into(), value.as_ref());
        self
    }

    /// How long one search may take, from connecting to the answer's last byte; by default 10
    /// seconds.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.options.set_timeout(limit);
        self
    }

    /// The most that is read of one answer, in bytes; by default 8 MiB.
    #[must_use]
    pub fn max_answer_bytes(mut self, limit: usize) -> Self {
        self.options.set_max_answer_bytes(limit);
        self
    }

    /// The client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`RetrieveError::Service`] for what is no `http` or `https` address, or a header that cannot be
    /// sent.
    pub fn build(self) -> Result<ColBertV2, RetrieveError> {
        let server = JsonServer::new(&self.address, self.options)?;
        Ok(ColBertV2 { server: Arc::new(server) })
    }
}

/// What the server sends: findings, or why there are none.
#[derive(Deserialize)]
struct Answer {
    topk: Option<Vec<Finding>>,
    message: Option<Value>,
}

#[derive(Deserialize)]
struct Finding {
    text: String,
    pid: Option<Value>,
    #[serde(default)]
    score: f64,
    #[serde(flatten)]
    more: Map<String, Value>,
}

impl Finding {
    fn into_passage(self, rank: usize) -> Passage {
        let id = match self.pid {
            Some(Value::String(id)) => id,
            None | Some(Value::Null) => rank.to_string(),
            Some(other) => other.to_string(),
        };
        let mut passage = Passage::new(id, self.text);
        passage.score = self.score;
        passage.metadata = self.more;
        passage
    }
}

impl Retriever for ColBertV2 {
    async fn retrieve(&self, query: &str, k: usize) -> Result<Vec<Passage>, RetrieveError> {
        if k == 0 {
            return Ok(Vec::new());
        }
        let answer: Answer = self.server.get(&[("query", query), ("k", &k.to_string())]).await?;
        let Some(found) = answer.topk else {
            let why = answer.message.map(|message| format!("; it says {message}"));
            return Err(LmError::Decode {
                host: self.server.host().to_owned(),
                message: format!("there is no `topk` in it{}", why.unwrap_or_default()),
            }
            .into());
        };
        let passage = |(rank, finding): (usize, Finding)| finding.into_passage(rank + 1);
        Ok(found.into_iter().take(k).enumerate().map(passage).collect())
    }

    fn name(&self) -> &str {
        "colbertv2"
    }
}
