//! The rows that demonstrations are chosen from, as a parameter.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::super::knn::{Index, text_of};
use crate::error::Result;
use crate::lm::Embedder;
use crate::module::{Leaf, ParameterError, ParameterKind, Parameters, Path, Visit, VisitMut};
use crate::signature::Fields;

/// The rows, which of their fields are inputs, and how many are shown.
const EXAMPLES: ParameterKind = ParameterKind::new_static("examples");

/// Cloning is cheap and shares what was computed.
#[derive(Clone)]
pub(super) struct Examples {
    state: Arc<State>,
    embedder: Option<Embedder>,
    frozen: bool,
    /// Made at the first call.
    index: Arc<OnceCell<Index>>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct State {
    k: usize,
    inputs: Vec<String>,
    rows: Vec<Fields>,
}

impl Examples {
    pub(super) fn new(k: usize, inputs: Vec<String>, rows: Vec<Fields>) -> Self {
        Self {
            state: Arc::new(State { k, inputs, rows }),
            embedder: None,
            frozen: false,
            index: Arc::default(),
        }
    }

    pub(super) fn set_embedder(&mut self, embedder: Embedder) {
        self.embedder = Some(embedder);
        self.index = Arc::default();
    }

    /// The rows that are most like an input of this text, the nearest first.
    pub(super) async fn nearest(&self, text: &str) -> Result<Vec<&Fields>> {
        let index = self.index.get_or_try_init(|| self.indexed()).await?;
        let found = index.nearest(text, self.state.k).await?;
        Ok(found.into_iter().filter_map(|(place, _)| self.state.rows.get(place)).collect())
    }

    async fn indexed(&self) -> Result<Index> {
        let input = |row: &Fields| -> Fields {
            let names = self.state.inputs.iter();
            names.filter_map(|name| Some((name.clone(), row.get(name)?.clone()))).collect()
        };
        let texts: Result<Vec<_>> =
            self.state.rows.iter().map(|row| text_of(&input(row))).collect();
        match &self.embedder {
            None => Ok(Index::lexical(&texts?)),
            Some(embedder) => Index::embedded(&texts?, embedder.clone()).await,
        }
    }
}

impl Leaf for Examples {
    fn parameters(&self) -> Vec<(ParameterKind, Value)> {
        vec![(EXAMPLES, serde_json::to_value(&*self.state).unwrap_or(Value::Null))]
    }

    fn set(&mut self, kind: &ParameterKind, value: Value) -> Result<(), ParameterError> {
        if *kind != EXAMPLES {
            return Err(ParameterError::unknown_kind(kind, &[EXAMPLES]));
        }
        let state: State =
            serde_json::from_value(value).map_err(|error| ParameterError::invalid(kind, error))?;
        self.state = Arc::new(state);
        self.index = Arc::default();
        Ok(())
    }

    fn shape(&self) -> Value {
        json!("examples")
    }

    fn set_frozen(&mut self, frozen: bool) -> bool {
        self.frozen = frozen;
        true
    }
}

impl Parameters for Examples {
    fn walk(&self, path: &mut Path, visit: &mut dyn Visit) {
        if self.frozen {
            path.frozen(|path| visit.leaf(path, self));
        } else {
            visit.leaf(path, self);
        }
    }

    fn walk_mut(&mut self, path: &mut Path, visit: &mut dyn VisitMut) {
        if self.frozen {
            path.frozen(|path| visit.leaf(path, self));
        } else {
            visit.leaf(path, self);
        }
    }
}

impl fmt::Debug for Examples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Examples")
            .field("rows", &self.state.rows.len())
            .field("k", &self.state.k)
            .finish_non_exhaustive()
    }
}
