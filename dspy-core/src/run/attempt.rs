//! One try of a module's `forward`: what it asked, what of that is paid already, and whether an
//! assertion sent an answer back.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
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
    /// How many calls of predictors were begun.
    calls: AtomicU32,
    sent_back: AtomicBool,
    state: Mutex<State>,
}

/// Whether an attempt was given up for another; what records keep of it.
#[derive(Debug, Default)]
pub(crate) struct AttemptMark {
    abandoned: AtomicBool,
    parent: Option<Arc<AttemptMark>>,
}

type Paid = HashMap<MemoKey, VecDeque<Arc<PaidCall>>>;

#[derive(Debug, Default)]
struct State {
    /// What earlier tries paid for and this one has not asked yet, in the order of asking.
    paid: Option<Box<Paid>>,
    /// What this try asked, that of invocations inside included.
    log: Log,
    failed: Option<Box<(String, FailedAssertion)>>,
}

/// Calls in the order of asking. Most tries make one, which takes no list.
#[derive(Debug, Default)]
struct Log {
    first: Option<Arc<PaidCall>>,
    more: Vec<Arc<PaidCall>>,
}

impl Log {
    fn push(&mut self, call: Arc<PaidCall>) {
        match self.first {
            None => self.first = Some(call),
            Some(_) => self.more.push(call),
        }
    }

    fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<PaidCall>> {
        self.first.iter().chain(&self.more)
    }
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
        let (calls, sent_back) = (AtomicU32::new(0), AtomicBool::new(false));
        let state = Mutex::new(state);
        Arc::new(Self { run, scope, parent, mark, before, calls, sent_back, state })
    }

    /// Gives this try up for the next one, which asks nothing that is paid for.
    pub(crate) fn again(&self) -> Arc<Self> {
        self.mark().abandoned.store(true, Ordering::Release);
        self.scope.forget();
        let last = std::mem::take(&mut *self.state());
        let mut paid = Paid::new();
        for call in last.log.iter() {
            if let Some(key) = call.key() {
                paid.entry(key.clone()).or_default().push_back(Arc::clone(call));
            }
        }
        for (key, calls) in last.paid.into_iter().flat_map(|paid| *paid) {
            paid.entry(key).or_default().extend(calls);
        }
        let state = State { paid: Some(Box::new(paid)), ..State::default() };
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
            level.calls.fetch_add(1, Ordering::Relaxed);
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
        // What is paid for comes from an earlier try, which there mostly is none of.
        for (depth, level) in self.levels().enumerate().filter(|(_, level)| level.before > 0) {
            let mut state = level.state();
            let Some(paid) = state.paid.as_mut().filter(|paid| !paid.is_empty()) else { continue };
            let key = key.get_or_insert_with(|| MemoKey::new(path, request)).as_ref()?;
            let Some(calls) = paid.get_mut(key) else { continue };
            let found = calls.pop_front();
            if calls.is_empty() {
                paid.remove(key);
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

    /// Whether there may be another try: never more than `retries` for each call that `forward` makes,
    /// for assertions and again for suggestions.
    pub(crate) fn may_run_again(&self, retries: u32) -> bool {
        let calls = self.calls.load(Ordering::Relaxed);
        self.before < retries.saturating_mul(calls).saturating_mul(2)
    }

    /// Asks for another try, since an answer was sent back.
    pub(crate) fn note_sent_back(&self) {
        self.sent_back.store(true, Ordering::Release);
    }

    /// Whether another try was asked for.
    pub(crate) fn is_sent_back(&self) -> bool {
        self.sent_back.load(Ordering::Acquire)
    }

    /// Notes an assertion that fails for good; the first one counts.
    pub(crate) fn note_failed(&self, path: &str, failed: &FailedAssertion) {
        let mut state = self.state();
        state.failed.get_or_insert_with(|| Box::new((path.to_owned(), failed.clone())));
    }

    /// The first assertion that failed for good, with the predictor's path.
    pub(crate) fn failed(&self) -> Option<(String, FailedAssertion)> {
        self.state().failed.as_deref().cloned()
    }

    /// Forgets what was asked, once `forward` will not run again; gives the last call that was
    /// answered.
    pub(crate) fn close(&self) -> Option<Arc<PaidCall>> {
        let (log, _paid) = {
            let mut state = self.state();
            (std::mem::take(&mut state.log), state.paid.take())
        };
        let mut latest = log.more.into_iter().rev().chain(log.first);
        latest.find(|call| call.answered().is_some())
    }

    /// This attempt and those around it, from within.
    fn levels(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |level| level.parent.as_deref())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
