//! One try of a module's `forward`: what it asked, what of that is paid already, and whether an
//! assertion sent an answer back.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Run;
use super::failed_assertion::FailedAssertion;
use super::memo::MemoKey;
use super::paid_call::PaidCall;
use super::scope::Scope;
use super::slot::SlotPath;
use crate::lm::Request;

/// One try of an invocation. Where an assertion fails, the next one takes over what this one has paid
/// for. What is kept of it stands in the invocation's scope, for the last try alone.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    scope: Arc<Scope>,
    /// How many tries of this invocation came before.
    before: u32,
}

/// What an invocation keeps of its tries.
#[derive(Debug)]
pub(super) struct Tries {
    run: Run,
    /// The try that the invocation was made from.
    around: Option<Attempt>,
    /// How many calls of predictors the present try has begun.
    calls: AtomicU32,
    present: Mutex<Present>,
}

/// The present try.
#[derive(Debug, Default)]
struct Present {
    /// How many came before.
    before: u32,
    /// Made when first needed, which it mostly is not.
    mark: Option<Arc<AttemptMark>>,
    /// What earlier tries paid for and this one has not asked yet, in the order of asking.
    paid: Option<Box<Paid>>,
    /// What this try asked, that of invocations inside included.
    log: Log,
    sent_back: bool,
    failed: Option<Box<(String, FailedAssertion)>>,
}

type Paid = HashMap<MemoKey, VecDeque<Arc<PaidCall>>>;

/// Whether an attempt was given up for another; what records keep of it.
#[derive(Debug, Default)]
pub(crate) struct AttemptMark {
    abandoned: AtomicBool,
    parent: Option<Arc<AttemptMark>>,
}

/// Calls in the order of asking. Most tries make one, which takes no list.
#[derive(Debug, Default)]
struct Log {
    first: Option<Arc<PaidCall>>,
    more: Vec<Arc<PaidCall>>,
}

/// What assertions left of a try.
#[derive(Debug)]
pub(crate) struct Verdict {
    /// Whether another try was asked for.
    pub(crate) is_sent_back: bool,
    /// The first assertion that failed for good, with the predictor's path.
    pub(crate) failed: Option<(String, FailedAssertion)>,
}

impl Log {
    fn push(&mut self, call: Arc<PaidCall>) {
        match self.first {
            None => self.first = Some(call),
            Some(_) => self.more.push(call),
        }
    }

    fn iter(&self) -> impl Iterator<Item = &Arc<PaidCall>> {
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

impl Tries {
    fn present(&self) -> MutexGuard<'_, Present> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    /// The first try of a new invocation, made from within `around`.
    pub(crate) fn first(run: &Run, parent: &Arc<Scope>, around: Option<&Self>) -> Self {
        let tries = Tries {
            run: run.clone(),
            around: around.cloned(),
            calls: AtomicU32::new(0),
            present: Mutex::default(),
        };
        Self { scope: run.child_scope(parent, Some(tries)), before: 0 }
    }

    /// Gives this try up for the next one, which asks nothing that is paid for.
    pub(crate) fn again(&self) -> Self {
        self.scope.forget();
        let next = Self { scope: Arc::clone(&self.scope), before: self.before.saturating_add(1) };
        let Some(tries) = self.scope.tries() else { return next };
        let mut present = tries.present();
        let last = std::mem::take(&mut *present);
        if let Some(mark) = &last.mark {
            mark.abandoned.store(true, Ordering::Release);
        }
        let mut paid = Paid::new();
        for call in last.log.iter() {
            if let Some(key) = call.key() {
                paid.entry(key.clone()).or_default().push_back(Arc::clone(call));
            }
        }
        for (key, calls) in last.paid.into_iter().flat_map(|paid| *paid) {
            paid.entry(key).or_default().extend(calls);
        }
        present.before = next.before;
        present.paid = Some(Box::new(paid));
        tries.calls.store(0, Ordering::Relaxed);
        drop(present);
        next
    }

    /// The run; none of a root, which makes no tries.
    pub(crate) fn run(&self) -> Option<&Run> {
        self.scope.tries().map(|tries| &tries.run)
    }

    pub(crate) fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    /// The try around the invocation.
    pub(crate) fn around(&self) -> Option<&Self> {
        self.scope.tries()?.around.as_ref()
    }

    /// What this try keeps, unless it was given up.
    fn present(&self) -> Option<MutexGuard<'_, Present>> {
        let present = self.scope.tries()?.present();
        (present.before == self.before).then_some(present)
    }

    pub(crate) fn mark(&self) -> Arc<AttemptMark> {
        let around = self.around().map(Self::mark);
        let made = |abandoned| {
            Arc::new(AttemptMark { abandoned: AtomicBool::new(abandoned), parent: around })
        };
        match self.present() {
            Some(mut present) => Arc::clone(present.mark.get_or_insert_with(|| made(false))),
            // Of a task that went on after its try had ended.
            None => made(true),
        }
    }

    /// Counts a call of a predictor, here and in every attempt around.
    pub(crate) fn begin_call(&self) {
        for tries in self.levels().filter_map(|level| level.scope.tries()) {
            tries.calls.fetch_add(1, Ordering::Relaxed);
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
            level.log(&call);
        }
        call
    }

    fn take(&self, path: &str, request: &Request) -> Option<Arc<PaidCall>> {
        let mut key = None;
        // What is paid for comes from an earlier try, which there mostly is none of.
        for (depth, level) in self.levels().enumerate().filter(|(_, level)| level.before > 0) {
            let Some(mut present) = level.present() else { continue };
            let Some(paid) = present.paid.as_mut().filter(|paid| !paid.is_empty()) else {
                continue;
            };
            let key = key.get_or_insert_with(|| MemoKey::new(path, request)).as_ref()?;
            let Some(calls) = paid.get_mut(key) else { continue };
            let found = calls.pop_front();
            if calls.is_empty() {
                paid.remove(key);
            }
            drop(present);
            let Some(found) = found else { continue };
            // The attempts further out have it in their logs since it was made.
            for level in self.levels().take(depth + 1) {
                level.log(&found);
            }
            return Some(found);
        }
        None
    }

    fn log(&self, call: &Arc<PaidCall>) {
        if let Some(mut present) = self.present() {
            present.log.push(Arc::clone(call));
        }
    }

    /// Whether there may be another try: never more than `retries` for each call that `forward` makes,
    /// for assertions and again for suggestions.
    pub(crate) fn may_run_again(&self, retries: u32) -> bool {
        let calls = self.scope.tries().map_or(0, |tries| tries.calls.load(Ordering::Relaxed));
        self.before < retries.saturating_mul(calls).saturating_mul(2)
    }

    /// Asks for another try, since an answer was sent back.
    pub(crate) fn note_sent_back(&self) {
        if let Some(mut present) = self.present() {
            present.sent_back = true;
        }
    }

    /// Notes an assertion that fails for good; the first one counts.
    pub(crate) fn note_failed(&self, path: &str, failed: &FailedAssertion) {
        if let Some(mut present) = self.present() {
            present.failed.get_or_insert_with(|| Box::new((path.to_owned(), failed.clone())));
        }
    }

    /// What assertions left of it.
    pub(crate) fn verdict(&self) -> Verdict {
        let present = self.present();
        Verdict {
            is_sent_back: present.as_ref().is_some_and(|present| present.sent_back),
            failed: present.and_then(|present| present.failed.as_deref().cloned()),
        }
    }

    /// Forgets what was asked, once `forward` will not run again; gives the last call that was
    /// answered.
    pub(crate) fn close(&self) -> Option<Arc<PaidCall>> {
        let (log, _paid) = {
            let mut present = self.present()?;
            (std::mem::take(&mut present.log), present.paid.take())
        };
        let mut latest = log.more.into_iter().rev().chain(log.first);
        latest.find(|call| call.answered().is_some())
    }

    /// This attempt and those around it, from within.
    fn levels(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |level| level.around())
    }
}
