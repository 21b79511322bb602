//! Invocations: which call of which module a record belongs to.

use std::sync::{Arc, Mutex, PoisonError};

use crate::lm::Usage;
use crate::signature::BrokenRule;

/// One invocation of a module inside a run.
#[derive(Debug)]
pub struct Scope {
    id: u64,
    parent: Option<Arc<Scope>>,
    usage: Mutex<Usage>,
    warnings: Mutex<Vec<String>>,
    broken_checks: Mutex<Vec<BrokenRule>>,
}

impl Scope {
    pub(super) fn root() -> Arc<Self> {
        Arc::new(Self::new(0, None))
    }

    pub(super) fn child(id: u64, parent: &Arc<Self>) -> Arc<Self> {
        Arc::new(Self::new(id, Some(Arc::clone(parent))))
    }

    fn new(id: u64, parent: Option<Arc<Self>>) -> Self {
        Self {
            id,
            parent,
            usage: Mutex::default(),
            warnings: Mutex::default(),
            broken_checks: Mutex::default(),
        }
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

    /// What the calls inside warned of so far; of invocations inside, those that have ended.
    pub fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The checks that outputs of the calls inside broke so far; of invocations inside, those that
    /// have ended.
    pub fn broken_checks(&self) -> Vec<BrokenRule> {
        self.broken_checks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts usage here and in every invocation around this one.
    pub(crate) fn spend(&self, usage: Usage) {
        *self.usage.lock().unwrap_or_else(PoisonError::into_inner) += usage;
        if let Some(parent) = &self.parent {
            parent.spend(usage);
        }
    }

    /// Notes a warning.
    pub(crate) fn warn(&self, warning: &str) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).push(warning.to_owned());
    }

    /// Notes broken checks.
    pub(crate) fn note_broken(&self, checks: &[BrokenRule]) {
        self.broken_checks.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(checks);
    }

    /// Forgets warnings and broken checks: they were of answers that are not used.
    pub(crate) fn forget(&self) {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.broken_checks.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Hands warnings and broken checks to the invocation around this one, at its end: only then is
    /// it certain that they are of answers that are used.
    pub(crate) fn hand_up(&self) {
        if let Some(parent) = &self.parent {
            let warnings = self.warnings();
            parent.warnings.lock().unwrap_or_else(PoisonError::into_inner).extend(warnings);
            parent.note_broken(&self.broken_checks());
        }
    }
}
