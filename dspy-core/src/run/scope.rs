//! Invocations: which call of which module a record belongs to.

use std::sync::{Arc, Mutex, PoisonError};

use crate::lm::Usage;

/// One invocation of a module inside a run.
#[derive(Debug)]
pub struct Scope {
    id: u64,
    parent: Option<Arc<Scope>>,
    usage: Mutex<Usage>,
    warnings: Mutex<Vec<String>>,
}

impl Scope {
    pub(super) fn root() -> Arc<Self> {
        Arc::new(Self { id: 0, parent: None, usage: Mutex::default(), warnings: Mutex::default() })
    }

    pub(super) fn child(id: u64, parent: &Arc<Self>) -> Arc<Self> {
        let parent = Some(Arc::clone(parent));
        Arc::new(Self { id, parent, usage: Mutex::default(), warnings: Mutex::default() })
    }

    /// The invocation's number, counted from 1 within its run; 0 outside any module.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The number of the invocation that this one was made from.
    pub fn parent(&self) -> Option<u64> {
        self.parent.as_ref().map(|parent| parent.id).filter(|id| *id != 0)
    }

    /// What the calls inside spent so far.
    pub fn usage(&self) -> Usage {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the calls inside warned of so far.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts usage here and in every invocation around this one.
    pub(crate) fn spend(&self, usage: Usage) {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner) += usage;
        if let Some(parent) = &self.parent {
            parent.spend(usage);
        }
    }

    /// Notes a warning here and in every invocation around this one.
    pub(crate) fn warn(&self, warning: &str) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).push(warning.to_owned());
        if let Some(parent) = &self.parent {
            parent.warn(warning);
        }
    }
}
