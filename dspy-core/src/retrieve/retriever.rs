//! [`Retriever`]: whatever finds passages.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use super::error::RetrieveError;
use super::passage::Passage;

/// Something that finds passages for a query.
///
/// ```
/// use dspy::retrieve::{DynRetriever, Passage, RetrieveError, Retriever};
///
/// /// Finds lines of a file that is read anew for each search.
/// struct Notes(std::path::PathBuf);
///
/// impl Retriever for Notes {
///     async fn retrieve(&self, query: &str, k: usize) -> Result<Vec<Passage>, RetrieveError> {
///         let text = std::fs::read_to_string(&self.0).map_err(RetrieveError::user)?;
///         let lines = text.lines().enumerate().filter(|(_, line)| line.contains(query));
///         Ok(lines.take(k).map(|(at, line)| Passage::new(at.to_string(), line)).collect())
///     }
///
///     fn name(&self) -> &str {
///         "notes"
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let retriever = DynRetriever::new(Notes("no/such/file".into()));
/// let error = retriever.retrieve("tea", 3).await.unwrap_err();
/// assert!(matches!(error, RetrieveError::User(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Retriever: Send + Sync + 'static {
    /// At most `k` passages, the best first, each with its score.
    fn retrieve(
        &self,
        query: &str,
        k: usize,
    ) -> impl Future<Output = Result<Vec<Passage>, RetrieveError>> + Send;

    /// A name for logs and for a program's identity, such as `bm25`.
    fn name(&self) -> &str;
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

trait Erased: Send + Sync {
    fn retrieve<'a>(
        &'a self,
        query: &'a str,
        k: usize,
    ) -> BoxFuture<'a, Result<Vec<Passage>, RetrieveError>>;
    fn name(&self) -> &str;
}

impl<R: Retriever> Erased for R {
    fn retrieve<'a>(
        &'a self,
        query: &'a str,
        k: usize,
    ) -> BoxFuture<'a, Result<Vec<Passage>, RetrieveError>> {
        Box::pin(Retriever::retrieve(self, query, k))
    }

    fn name(&self) -> &str {
        Retriever::name(self)
    }
}

/// A retriever, whichever it is. Cloning is cheap and shares the retriever.
#[derive(Clone)]
pub struct DynRetriever(Arc<dyn Erased>);

impl DynRetriever {
    /// A handle over a retriever.
    pub fn new(retriever: impl Retriever) -> Self {
        Self(Arc::new(retriever))
    }
}

impl Retriever for DynRetriever {
    async fn retrieve(&self, query: &str, k: usize) -> Result<Vec<Passage>, RetrieveError> {
        self.0.retrieve(query, k).await
    }

    fn name(&self) -> &str {
        self.0.name()
    }
}

impl fmt::Debug for DynRetriever {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DynRetriever").field(&self.0.name()).finish()
    }
}
