//! [`Retrieve`]: a search as a part of a program.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};

use super::depth::Depth;
use super::error::RetrieveError;
use super::passage::Passage;
use super::retriever::{DynRetriever, Retriever};
use crate::error::{Error, Result};
use crate::lm::telemetry::{self, count};
use crate::module::{Leaf, Module, Parameters, Path, Visit, VisitMut};
use crate::predict::Prediction;
use crate::run::{failed, listening};
use crate::signature::{Accepts, FromField};

/// Retrieves passages as a module: its `k` is a parameter, at the path of the module, that is saved,
/// loaded, compared and tuned like any other.
///
/// Each search is a `tracing` span named `retrieve` at level `INFO`, with the path, the retriever, `k`,
/// and how many passages were found; the query is not in it.
///
/// What is searched is no parameter: a file never names an index. Where an assertion sends an answer
/// of a `forward` back, the search is done again.
///
/// ```
/// use dspy::module::{ParameterKind, set_parameter};
/// use dspy::prelude::*;
/// use dspy::retrieve::{Bm25Index, Passage, Retrieve};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let index = Bm25Index::new(Passage::numbered(["one cup", "two cups", "no tea"]))?;
/// let mut retrieve = Retrieve::new(index, 3)?;
/// set_parameter(&mut retrieve, "self", &ParameterKind::new("k"), 1.into()).user()?;
/// let passages = retrieve.call("cups").await?;
/// assert_eq!(passages.len(), 1);
/// assert_eq!(passages[0].text, "two cups");
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Retrieve {
    retriever: DynRetriever,
    depth: Depth,
}

/// What [`Retrieve`] takes. A text will do: `retrieve.call("…")`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RetrieveInput {
    /// What to look for.
    pub query: String,
}

impl<T: Into<String>> Accepts<T, FromField> for RetrieveInput {
    fn accept(given: T) -> Self {
        Self { query: given.into() }
    }
}

impl Retrieve {
    /// The `k` best passages of a retriever.
    ///
    /// # Errors
    /// [`RetrieveError::Setting`] where `k` is 0.
    pub fn new(retriever: impl Retriever, k: usize) -> Result<Self, RetrieveError> {
        let depth = Depth::new(k, retriever.name())?;
        Ok(Self { retriever: DynRetriever::new(retriever), depth })
    }

    /// How many passages are retrieved.
    pub fn k(&self) -> usize {
        self.depth.k()
    }

    /// What is searched.
    pub fn retriever(&self) -> &DynRetriever {
        &self.retriever
    }
}

impl Retrieve {
    fn span(&self) -> Span {
        let slot = self.depth.slot();
        let make = || {
            info_span!(
                "retrieve",
                path = slot.map_or("self", |slot| slot.path()),
                retriever = self.retriever.name(),
                k = count(self.depth.k()),
                found = Empty,
                { telemetry::OPERATION_NAME } = "retrieval",
                { telemetry::DATA_SOURCE_ID } = self.retriever.name(),
                { telemetry::ERROR_TYPE } = Empty,
                "otel.status_code" = Empty,
            )
        };
        match slot {
            Some(slot) => slot.scope().span_inside(make),
            None => make(),
        }
    }
}

impl Module for Retrieve {
    type Input = RetrieveInput;
    type Output = Vec<Passage>;

    async fn invoke(&self, input: RetrieveInput) -> Result<Prediction<Vec<Passage>>> {
        let k = self.depth.k();
        let searching = self.retriever.retrieve(&input.query, k);
        let found = if listening() {
            let span = self.span();
            let found = searching.instrument(span.clone()).await.map_err(Error::from);
            match &found {
                Ok(passages) => {
                    span.record("found", count(passages.len()));
                }
                Err(error) => failed(&span, error.kind()),
            }
            found
        } else {
            searching.await.map_err(Error::from)
        };
        let passages = found?;
        Ok(Prediction::of_outputs(passages, Vec::new()))
    }
}

impl Parameters for Retrieve {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        self.depth.walk(path, visit);
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        self.depth.walk_mut(path, visit);
    }
}
