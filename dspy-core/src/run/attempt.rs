//! One try of a module's `forward`: what it asked, what of that is paid already, and whether an
//! assertion sent an answer back.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::Run;
use super::failed_assertion::FailedAssertion;
use super::memo::MemoKey;
use super::paid_call::PaidCall;
use super::scope::Scope;
use super::slot::SlotPath;
use crate::lm::Request;

/// One try. Where an assertion fails, the next one takes over what this one has paid for.
#[derive(Debug)]
pub(crate) struct Attempt {
    run: Run,
    scope: Arc<Scope>,
    parent: Option<Arc<Attempt>>,
    /// Made when first needed, which it mostly is not.
    mark: OnceLock<Arc<AttemptMark>>,
    /// How many tries of this invocation came before.
    before: u32,
    state: Mutex<State>,
}

/// Whether an attempt was given up for another; what records keep of it.
#[derive(Debug, Default)]
pub(crate) struct AttemptMark {
    abandoned: AtomicBool,
    parent: Option<Arc<AttemptMark>>,
}

#[derive(Debug, Default)]
struct State {
    /// What earlier tries paid for and this one has not asked yet, in the order of asking.
    paid: HashMap<MemoKey, VecDeque<Arc<PaidCall>>>,
    /// What this try asked, that of invocations inside included, in the order of asking.
    log: Vec<Arc<PaidCall>>,
    /// How many calls of predictors were begun.
    calls: u32,
    sent_back: bool,
    failed: Option<(String, FailedAssertion)>,
}

impl AttemptMark {
    /// Whether this attempt, or one around it, was given up for another.
    pub(super) fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Acquire)
            || self.parent.as_ref().is_some_and(|parent| parent.is_abandoned())
    }
}

impl Attempt {
    /// The first try of an invocation.
    pub(crate) fn first(run: &Run, scope: &Arc<Scope>, parent: Option<Arc<Self>>) -> Arc<Self> {
        Self::new(run, scope, parent, 0, State::default())
    }

    fn new(
        run: &Run,
        scope: &Arc<Scope>,
        parent: Option<Arc<Self>>,
        before: u32,
        state: State,
    ) -> Arc<Self> {
        let (run, scope) = (run.clone(), Arc::clone(scope));
        let mark = OnceLock::new();
        Arc::new(Self { run, scope, parent, mark, before, state: Mutex::new(state) })
    }

    /// Gives this try up for the next one, which asks nothing that is paid for.
    pub(crate) fn again(&self) -> Arc<Self> {
        self.mark().abandoned.store(true, Ordering::Release);
        self.scope.forget();
        let mut last = std::mem::take(&mut *self.state());
        let mut state = State::default();
        for call in last.log {
            if let Some(key) = call.key() {
                state.paid.entry(key.clone()).or_default().push_back(Arc::clone(&call));
            }
        }
        for (key, calls) in last.paid.drain() {
            state.paid.entry(key).or_default().extend(calls);
        }
        Self::new(&self.run, &self.scope, self.parent.clone(), self.before.saturating_add(1), state)
    }

    pub(crate) fn run(&self) -> &Run {
        &self.run
    }

    pub(crate) fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    pub(crate) fn parent(&self) -> Option<&Arc<Self>> {
        self.parent.as_ref()
    }

    pub(crate) fn mark(&self) -> &Arc<AttemptMark> {
        self.mark.get_or_init(|| {
            let parent = self.parent.as_ref().map(|parent| Arc::clone(parent.mark()));
            Arc::new(AttemptMark { abandoned: AtomicBool::new(false), parent })
        })
    }

    /// Counts a call of a predictor, here and in every attempt around.
    pub(crate) fn begin_call(&self) {
        for level in self.levels() {
            let mut state = level.state();
            state.calls = state.calls.saturating_add(1);
        }
    }

    /// The call that this request is: one that an earlier try of this invocation, or of one around
    /// it, has made, or a new one.
    pub(crate) fn ask(&self, path: &SlotPath, request: &Arc<Request>) -> Arc<PaidCall> {
        if let Some(call) = self.take(path.as_str(), request) {
            return call;
        }
        let call = PaidCall::new(path, request);
        for level in self.levels() {
            level.state().log.push(Arc::clone(&call));
        }
        call
    }

    fn take(&self, path: &str, request: &Request) -> Option<Arc<PaidCall>> {
        let mut key = None;
        for (depth, level) in self.levels().enumerate() {
            let mut state = level.state();
            if state.paid.is_empty() {
                continue;
            }
            let key = key.get_or_insert_with(|| MemoKey::new(path, request)).as_ref()?;
            let Some(calls) = state.paid.get_mut(key) else { continue };
            let found = calls.pop_front();
            if calls.is_empty() {
                state.paid.remove(key);
            }
            drop(state);
            let Some(found) = found else { continue };
            // The attempts further out have it in their logs since it was made.
            for level in self.levels().take(depth + 1) {
                level.state().log.push(Arc::clone(&found));
            }
            return Some(found);
        }
        None
    }

    /// The last call so far that was answered.
    pub(crate) fn last_call(&self) -> Option<Arc<PaidCall>> {
        self.state().log.iter().rev().find(|call| call.answered().is_some()).cloned()
    }

    /// Whether there may be another try: never more than `retries` for each call that `forward` makes,
    /// for assertions and again for suggestions.
    pub(crate) fn may_run_again(&self, retries: u32) -> bool {
        self.before < retries.saturating_mul(self.state().calls).saturating_mul(2)
    }

    /// Asks for another try, since an answer was sent back.
    pub(crate) fn note_sent_back(&self) {
        self.state().sent_back = true;
    }

    /// Whether another try was asked for.
    pub(crate) fn is_sent_back(&self) -> bool {
        self.state().sent_back
    }

    /// Notes an assertion that fails for good; the first one counts.
    pub(crate) fn note_failed(&self, path: &str, failed: &FailedAssertion) {
        let mut state = self.state();
        state.failed.get_or_insert_with(|| (path.to_owned(), failed.clone()));
    }

    /// The first assertion that failed for good, with the predictor's path.
    pub(crate) fn failed(&self) -> Option<(String, FailedAssertion)> {
        self.state().failed.clone()
    }

    /// Forgets what was asked, once `forward` will not run again.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.log = Vec::new();
        state.paid = HashMap::new();
    }

    /// This attempt and those around it, from within.
    fn levels(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |level| level.parent.as_deref())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
