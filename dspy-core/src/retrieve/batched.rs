//! [`Batched`]: calls of an embedding model that are under way at once, as few calls.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::lm::{EmbeddingModel, Embeddings, LmError, Usage};

/// Texts of one call of the model inside.
const TEXTS: usize = 128;

/// How long the first text of a call waits for others.
const WAIT: Duration = Duration::from_millis(5);

/// An embedding model that gathers texts from many callers and hands them on together: a thousand
/// queries at once become a few calls.
///
/// The first text waits a moment for others, by default 5 ms; a call that is full goes out at once.
/// All that wait for a call get its error, where it fails. A caller who is dropped takes nothing away
/// from the others; a call for which nobody waits any more is not made, or is broken off. The usage of
/// a call is the first caller's. Needs a tokio runtime.
///
/// ```
/// use dspy::lm::Embedder;
/// use dspy::retrieve::Batched;
///
/// let model = Embedder::new("ollama/nomic-embed-text")?;
/// let embedder = Embedder::from_model(Batched::new(model).with_max_texts(256));
/// # Ok::<(), dspy::lm::LmError>(())
/// ```
pub struct Batched<M> {
    model: Arc<M>,
    max_texts: usize,
    max_wait: Duration,
    pending: Arc<Mutex<Pending>>,
}

/// The call that is being gathered.
#[derive(Default)]
struct Pending {
    /// Counts calls, so that the wait for one does not send off the next.
    number: u64,
    texts: usize,
    waiting: Vec<Waiting>,
}

type Answer = Result<Embeddings, LmError>;

/// Texts of one caller, and the way back.
struct Waiting {
    texts: Vec<String>,
    answer: oneshot::Sender<Answer>,
}

impl<M: EmbeddingModel> Batched<M> {
    /// Calls of at most 128 texts that wait at most 5 ms.
    pub fn new(model: M) -> Self {
        Self { model: Arc::new(model), max_texts: TEXTS, max_wait: WAIT, pending: Arc::default() }
    }

    /// The most texts in one call; 0 is taken for 1. More texts of one caller become several calls.
    #[must_use]
    pub fn with_max_texts(mut self, texts: usize) -> Self {
        self.max_texts = texts.max(1);
        self
    }

    /// The longest that a text waits for others.
    #[must_use]
    pub fn with_max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// Adds texts to the call that is being gathered; what comes back is their answer.
    fn enqueue(&self, texts: &[String], runtime: &Handle) -> oneshot::Receiver<Answer> {
        let (answer, receiver) = oneshot::channel();
        let mut pending = lock(&self.pending);
        // A call is sent off as it is where these texts would make it too large.
        if pending.texts + texts.len() > self.max_texts {
            self.send_off(pending.taken(), runtime);
        }
        pending.texts += texts.len();
        pending.waiting.push(Waiting { texts: texts.to_vec(), answer });
        if pending.texts >= self.max_texts {
            self.send_off(pending.taken(), runtime);
        } else if pending.waiting.len() == 1 {
            let (number, wait) = (pending.number, self.max_wait);
            let (model, shared) = (Arc::clone(&self.model), Arc::clone(&self.pending));
            runtime.spawn(async move {
                tokio::time::sleep(wait).await;
                let due = lock(&shared).taken_if(number);
                ask(&*model, due).await;
            });
        }
        receiver
    }

    fn send_off(&self, waiting: Vec<Waiting>, runtime: &Handle) {
        if !waiting.is_empty() {
            let model = Arc::clone(&self.model);
            runtime.spawn(async move { ask(&*model, waiting).await });
        }
    }
}

impl Pending {
    fn taken(&mut self) -> Vec<Waiting> {
        self.number += 1;
        self.texts = 0;
        std::mem::take(&mut self.waiting)
    }

    fn taken_if(&mut self, number: u64) -> Vec<Waiting> {
        if self.number == number { self.taken() } else { Vec::new() }
    }
}

fn lock(pending: &Mutex<Pending>) -> MutexGuard<'_, Pending> {
    pending.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes one call for all that still wait, and hands out the answers.
async fn ask<M: EmbeddingModel>(model: &M, mut waiting: Vec<Waiting>) {
    waiting.retain(|one| !one.answer.is_closed());
    if waiting.is_empty() {
        return;
    }
    let texts: Vec<String> = waiting.iter().flat_map(|one| one.texts.iter().cloned()).collect();
    let all_gone = join_all(waiting.iter_mut().map(|one| one.answer.closed()));
    let answer = tokio::select! {
        answer = model.embed(&texts) => answer,
        _ = all_gone => return,
    };
    let answer = answer.and_then(|embeddings| match embeddings.vectors.len() {
        count if count == texts.len() => Ok(embeddings),
        count => Err(LmError::Decode {
            host: model.name().to_owned(),
            message: format!("it gave {count} vectors for {} texts", texts.len()),
        }),
    });
    // Whoever is gone by now does not mind.
    match answer {
        Err(error) => {
            for one in waiting {
                let _ = one.answer.send(Err(error.clone()));
            }
        }
        Ok(embeddings) => {
            let mut vectors = embeddings.vectors.into_iter();
            let mut usage = embeddings.usage;
            for one in waiting {
                let mut own = Embeddings::new(vectors.by_ref().take(one.texts.len()).collect());
                own.model = embeddings.model.clone();
                own.usage = usage;
                if one.answer.send(Ok(own)).is_ok() {
                    usage = Usage::default();
                }
            }
        }
    }
}

impl<M: EmbeddingModel> EmbeddingModel for Batched<M> {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, LmError> {
        let runtime = Handle::try_current().map_err(|_| LmError::Config {
            message:
                "`Batched` needs a tokio runtime, in which calls wait for each other; call it \
                      inside one"
                    .to_owned(),
        })?;
        let parts: Vec<_> =
            texts.chunks(self.max_texts).map(|part| self.enqueue(part, &runtime)).collect();
        let answered = parts.into_iter().map(|answer| async {
            answer.await.unwrap_or_else(|_| {
                Err(LmError::Other {
                    message: format!(
                        "the embedding model `{}` broke down during a call that several waited for",
                        self.model.name()
                    ),
                    retryable: false,
                })
            })
        });
        let mut whole = Embeddings::default();
        for part in try_join_all(answered).await? {
            whole.vectors.extend(part.vectors);
            whole.usage += part.usage;
            whole.model = part.model.or(whole.model);
        }
        Ok(whole)
    }

    fn name(&self) -> &str {
        self.model.name()
    }

    fn fingerprint(&self) -> Cow<'_, str> {
        self.model.fingerprint()
    }
}

/// Clones gather their texts together.
impl<M> Clone for Batched<M> {
    fn clone(&self) -> Self {
        Self {
            model: Arc::clone(&self.model),
            max_texts: self.max_texts,
            max_wait: self.max_wait,
            pending: Arc::clone(&self.pending),
        }
    }
}

impl<M: EmbeddingModel> fmt::Debug for Batched<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batched")
            .field("model", &self.model.name())
            .field("max_texts", &self.max_texts)
            .field("max_wait", &self.max_wait)
            .finish_non_exhaustive()
    }
}
