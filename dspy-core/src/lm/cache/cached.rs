//! [`Cached`]: a language model behind a cache.

use std::sync::Arc;

use futures_util::StreamExt;

use super::super::account::{paid, paid_stream};
use super::super::error::LmError;
use super::super::forward::forward_but_paying;
use super::super::model::{EventStream, LanguageModel, StreamEvent, whole};
use super::super::request::{CacheUse, Request};
use super::super::response::Response;
use super::entry::Entry;
use super::stats::Hit;
use super::{Cache, Wanted};

/// A language model whose answers are kept in a [`Cache`], and given out again.
///
/// A streamed request is answered from the cache as a stream, and its answer is kept when the
/// stream is done; streams under way do not wait for each other.
///
/// ```
/// use dspy::lm::{Cache, Cached, Embedded, Lm};
///
/// let cache = Cache::new();
/// let lm = Lm::from_model(Cached::new(Embedded::new(), &cache));
/// assert_eq!(lm.name(), "embedded");
/// ```
#[derive(Clone, Debug)]
pub struct Cached<M> {
    inner: M,
    cache: Cache,
}

impl<M> Cached<M> {
    /// Puts `cache` before `inner`.
    pub fn new(inner: M, cache: &Cache) -> Self {
        Self { inner, cache: cache.clone() }
    }

    /// The cache.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }
}

impl<M: LanguageModel> Cached<M> {
    /// Asks once for all who want the same now.
    async fn share(&self, wanted: Wanted, request: &Request) -> Result<Response, LmError> {
        let mut own = None;
        let mut from = Hit::Shared;
        let outcome = self.cache.0.flights.share((wanted.key, wanted.n), async {
            // Somebody may have been faster, since memory was looked at or in another process.
            if let Some((entry, hit)) = self.cache.look_up(wanted) {
                from = hit;
                return Ok(entry);
            }
            self.cache.counts().misses += 1;
            let response = paid(&self.inner, request).await?;
            let entry = Arc::new(Entry::new(&response));
            let kept = self.cache.keep(wanted, &entry, &response, self.inner.name());
            own = Some((response, kept));
            Ok(entry)
        });
        let entry = outcome.await?;
        if let Some((response, kept)) = own {
            kept.settled().await;
            return Ok(response);
        }
        self.cache.counts().count(from, entry.spent);
        Ok(entry.answer(wanted.n))
    }

    async fn ask_and_keep(&self, wanted: Wanted, request: &Request) -> Result<Response, LmError> {
        self.cache.counts().misses += 1;
        let response = paid(&self.inner, request).await?;
        let entry = Arc::new(Entry::new(&response));
        self.cache.keep(wanted, &entry, &response, self.inner.name()).settled().await;
        Ok(response)
    }

    /// What the cache has to do with a request; `None` if nothing.
    fn wanted(&self, request: &Request) -> Option<Wanted> {
        match request.cache {
            CacheUse::Bypass => None,
            CacheUse::Use | CacheUse::Refresh => Wanted::new(&self.inner, request),
        }
    }
}

impl<M: LanguageModel> LanguageModel for Cached<M> {
    async fn generate(&self, request: &Request) -> Result<Response, LmError> {
        let Some(wanted) = self.wanted(request) else {
            return paid(&self.inner, request).await;
        };
        if request.cache == CacheUse::Refresh {
            return self.ask_and_keep(wanted, request).await;
        }
        match self.cache.recall(wanted) {
            Some(hit) => Ok(hit),
            None => self.share(wanted, request).await,
        }
    }

    async fn stream(&self, request: &Request) -> Result<EventStream, LmError> {
        let Some(wanted) = self.wanted(request) else {
            return paid_stream(&self.inner, request).await;
        };
        if request.cache == CacheUse::Use
            && let Some((entry, hit)) = self.cache.look_up(wanted)
        {
            self.cache.counts().count(hit, entry.spent);
            return Ok(whole(entry.answer(wanted.n)));
        }
        self.cache.counts().misses += 1;
        let events = paid_stream(&self.inner, request).await?;
        let (cache, model) = (self.cache.clone(), self.inner.name().to_owned());
        let kept = events.then(move |event| {
            let kept = match &event {
                Ok(StreamEvent::Done(response)) => {
                    let entry = Arc::new(Entry::new(response));
                    Some(cache.keep(wanted, &entry, response, &model))
                }
                _ => None,
            };
            async move {
                if let Some(kept) = kept {
                    kept.settled().await;
                }
                event
            }
        });
        Ok(kept.boxed())
    }

    forward_but_paying!(inner);

    /// What is not in the cache is paid.
    fn pays(&self) -> bool {
        true
    }
}
