//! [`Depth`]: how many passages are retrieved, as a parameter.

use std::sync::Arc;

use serde_json::{Value, json};

use super::error::RetrieveError;
use crate::module::{Leaf, ParameterError, ParameterKind, Parameters, Path, Visit, VisitMut};
use crate::run::Slot;

/// How many passages are retrieved: a number above 0.
const K: ParameterKind = ParameterKind::new_static("k");

#[derive(Clone, Debug)]
pub(super) struct Depth {
    k: usize,
    /// What is searched, for the program's identity.
    retriever: Arc<str>,
    frozen: bool,
    slot: Option<Arc<Slot>>,
}

impl Depth {
    pub(super) fn new(k: usize, retriever: &str) -> Result<Self, RetrieveError> {
        if k == 0 {
            let message = "retrieving 0 passages finds nothing; ask for at least 1".to_owned();
            return Err(RetrieveError::Setting { message });
        }
        Ok(Self { k, retriever: retriever.into(), frozen: false, slot: None })
    }

    pub(super) fn k(&self) -> usize {
        self.k
    }
}

impl Leaf for Depth {
    fn parameters(&self) -> Vec<(ParameterKind, Value)> {
        vec![(K, json!(self.k))]
    }

    fn set(&mut self, kind: &ParameterKind, value: Value) -> Result<(), ParameterError> {
        if *kind != K {
            return Err(ParameterError::unknown_kind(kind, &[K]));
        }
        let k = value.as_u64().and_then(|k| usize::try_from(k).ok()).filter(|k| *k > 0);
        self.k = k.ok_or_else(|| {
            ParameterError::invalid(kind, format!("expected a whole number above 0, found {value}"))
        })?;
        Ok(())
    }

    fn shape(&self) -> Value {
        json!({ "retrieve": &*self.retriever })
    }

    fn set_frozen(&mut self, frozen: bool) -> bool {
        self.frozen = frozen;
        true
    }

    fn slot(&self) -> Option<&Arc<Slot>> {
        self.slot.as_ref()
    }

    fn set_slot(&mut self, slot: Option<Arc<Slot>>) {
        self.slot = slot;
    }
}

impl Parameters for Depth {
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
