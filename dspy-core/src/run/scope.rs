//! Invocations: which call of which module a record belongs to.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::Span;

use super::attempt::Tries;
use crate::lm::Usage;
use crate::signature::BrokenRule;

/// One invocation of a module inside a run.
#[derive(Debug)]
pub struct Scope {
    id: u64,
    parent: Option<Arc<Scope>>,
    noted: Mutex<Noted>,
    /// The span of the invocation, while somebody listens to it.
    pub(super) span: Mutex<Option<Box<Span>>>,
    /// None of a root: that is no invocation.
    tries: Option<Tries>,
}

/// What the calls inside of an invocation spent, warned of and broke.
#[derive(Clone, Debug, Default)]
pub(crate) struct Noted {
    pub(crate) usage: Usage,
    pub(crate) warnings: Vec<String>,
    pub(crate) broken_checks: Vec<BrokenRule>,
}

impl Scope {
    pub(super) fn root() -> Arc<Self> {
        Arc::new(Self::new(0, None, None))
    }

    pub(super) fn child(id: u64, parent: &Arc<Self>, tries: Option<Tries>) -> Arc<Self> {
        Arc::new(Self::new(id, Some(Arc::clone(parent)), tries))
    }

    fn new(id: u64, parent: Option<Arc<Self>>, tries: Option<Tries>) -> Self {
        Self { id, parent, noted: Mutex::default(), span: Mutex::default(), tries }
    }

    pub(super) fn tries(&self) -> Option<&Tries> {
        self.tries.as_ref()
    }

    /// The invocation's number, counted from 1 within its run; 0 outside any module.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The number of the invocation that this one was made from.
    pub fn parent(&self) -> Option<u64> {
        self.parent.as_ref().map(|parent| parent.id).filter(|id| *id != 0)
    }

    pub(super) fn around(&self) -> Option<&Self> {
        self.parent.as_deref()
    }

    /// What the calls inside spent so far.
    pub fn usage(&self) -> Usage {
        self.noted().usage
    }

    /// What the calls inside warned of so far; of invocations inside, those that have ended.
    pub fn warnings(&self) -> Vec<String> {
        self.noted().warnings.clone()
    }

    /// The checks that outputs of the calls inside broke so far; of invocations inside, those that
    /// have ended.
    pub fn broken_checks(&self) -> Vec<BrokenRule> {
        self.noted().broken_checks.clone()
    }

    /// Counts usage here and in every invocation around this one.
    pub(crate) fn spend(&self, usage: Usage) {
        self.noted().usage += usage;
        if let Some(parent) = &self.parent {
            parent.spend(usage);
        }
    }

    /// Notes a warning.
    pub(crate) fn warn(&self, warning: &str) {
        self.noted().warnings.push(warning.to_owned());
    }

    /// Notes broken checks.
    pub(crate) fn note_broken(&self, checks: &[BrokenRule]) {
        self.noted().broken_checks.extend_from_slice(checks);
    }

    /// Forgets warnings and broken checks: they were of answers that are not used.
    pub(crate) fn forget(&self) {
        let mut noted = self.noted();
        noted.warnings.clear();
        noted.broken_checks.clear();
    }

    /// Ends it: gives what was noted, and hands warnings and broken checks to the invocation around
    /// this one, for only now it is certain that they are of answers that are used.
    pub(crate) fn end(&self) -> Noted {
        let mut noted = self.noted();
        let usage = noted.usage;
        let Noted { warnings, broken_checks, .. } = std::mem::take(&mut *noted);
        noted.usage = usage;
        drop(noted);
        if let Some(parent) = &self.parent
            && !(warnings.is_empty() && broken_checks.is_empty())
        {
            let mut above = parent.noted();
            above.warnings.extend_from_slice(&warnings);
            above.broken_checks.extend_from_slice(&broken_checks);
        }
        Noted { usage, warnings, broken_checks }
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
