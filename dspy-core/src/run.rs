//! Runs: what belongs to one execution of a program.
//!
//! A run sits in the leaves of a program's clone, never in thread-locals or task-locals, so
//! `join!`, `tokio::spawn` and threads cannot lose it.

mod attempt;
mod bracket;
mod event;
mod failed_assertion;
mod feedback;
mod inner;
mod memo;
mod options;
mod paid_call;
mod record;
mod scope;
mod sent_back;
mod side;
mod sink;
mod slot;
mod span;
mod stopped;
mod told;

pub use event::Event;
pub use failed_assertion::FailedAssertion;
pub use feedback::Feedback;
pub use options::RunOptions;
pub use record::{CallRecord, Trace};
pub(crate) use scope::Noted;
pub use scope::Scope;
pub use side::SideCall;
pub use slot::Slot;
pub use stopped::Stopped;

pub(crate) use attempt::{Attempt, Verdict};
pub(crate) use bracket::Bracket;
pub(crate) use memo::MemoKey;
pub(crate) use paid_call::{Answered, PaidCall};
pub(crate) use record::{RecordOrigin, transcript};
pub(crate) use sent_back::SentBack;
pub(crate) use side::SideCalls;
pub(crate) use sink::{EventSink, Queued};
pub(crate) use slot::SlotPath;
pub(crate) use span::{failed, listening};

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::lm::{Account, CacheUse, Usage};
use attempt::Tries;
use memo::Memo;

/// One execution of a program: its records, events, feedback and rollout number.
///
/// Cloning gives another handle to the same run.
///
/// ```
/// use dspy::prelude::*;
/// use dspy::run::Run;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// let program = Predict::<Qa>::new().with_lm(Lm::embedded());
/// let run = Run::recording();
/// program.call("Who?").run(&run).await?;
/// assert_eq!(run.trace().calls().len(), 1);
/// assert_eq!(run.usage().calls, 1);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Run(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    root: Arc<Scope>,
    next_invocation: AtomicU64,
    next_sequence: AtomicU64,
    records: Option<Mutex<Vec<CallRecord>>>,
    events: Option<Arc<EventSink>>,
    feedback: Vec<Feedback>,
    memo: Option<Memo>,
    rollout: u64,
    cache: CacheUse,
    account: Option<Account>,
    /// The run that this one is an attempt in; it counts and keeps what happens here as well.
    outer: Option<Run>,
    /// The run that this one is told in, which numbers what happens here.
    teller: Option<Run>,
    /// Which of several attempts it is.
    index: Option<u32>,
    /// What predictors are told in this attempt, by path.
    hints: BTreeMap<String, String>,
}

impl Default for Run {
    fn default() -> Self {
        Self::new()
    }
}

impl Run {
    /// A run that counts usage and keeps no records.
    pub fn new() -> Self {
        Self::with(RunOptions::default())
    }

    /// A run that keeps a record of every call; see [`trace`](Self::trace).
    pub fn recording() -> Self {
        Self::with(RunOptions::default().recording())
    }

    /// A run with these options.
    pub fn with(options: RunOptions) -> Self {
        Self::of(options, Scope::root(), None)
    }

    /// A run with these options whose usage and warnings also count for `root`.
    fn of(options: RunOptions, root: Arc<Scope>, teller: Option<Self>) -> Self {
        Self(Arc::new(Inner {
            root,
            next_invocation: AtomicU64::new(1),
            next_sequence: AtomicU64::new(0),
            records: options.record.then(Mutex::default),
            events: options.events,
            feedback: options.feedback,
            memo: options.memo.map(|trace| Memo::of(&trace)),
            rollout: options.rollout,
            cache: options.cache,
            account: options.account,
            outer: None,
            teller,
            index: None,
            hints: BTreeMap::new(),
        }))
    }

    /// The rollout number.
    pub fn rollout(&self) -> u64 {
        self.0.rollout
    }

    /// How requests use a model's cache.
    pub fn cache(&self) -> CacheUse {
        self.0.cache
    }

    /// Who pays for the calls, if that is settled.
    pub fn account(&self) -> Option<&Account> {
        self.0.account.as_ref()
    }

    /// What all calls of the run spent so far.
    pub fn usage(&self) -> Usage {
        self.0.root.usage()
    }

    /// The records so far, in the order the calls were begun; empty unless the run records.
    pub fn trace(&self) -> Trace {
        let mut calls = match &self.0.records {
            Some(records) => records.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            None => Vec::new(),
        };
        calls.sort_by_key(|call| call.sequence);
        Trace::new(calls)
    }

    /// The scope that holds all invocations of the run.
    pub(crate) fn root_scope(&self) -> Arc<Scope> {
        Arc::clone(&self.0.root)
    }

    /// A new invocation inside another.
    fn child_scope(&self, parent: &Arc<Scope>, tries: Option<Tries>) -> Arc<Scope> {
        let counter = &self.outermost().0.next_invocation;
        Scope::child(counter.fetch_add(1, Ordering::Relaxed), parent, tries)
    }

    pub(crate) fn next_sequence(&self) -> u64 {
        self.outermost().0.next_sequence.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn is_recording(&self) -> bool {
        self.0.records.is_some() || self.0.outer.as_ref().is_some_and(Self::is_recording)
    }

    pub(crate) fn record(&self, record: CallRecord) {
        if let Some(outer) = self.0.outer.as_ref().filter(|outer| outer.is_recording()) {
            outer.record(record.clone());
        }
        if let Some(records) = &self.0.records {
            records.lock().unwrap_or_else(PoisonError::into_inner).push(record);
        }
    }

    pub(crate) fn memo(&self) -> Option<&Memo> {
        self.0.memo.as_ref().or_else(|| self.0.outer.as_ref()?.memo())
    }

    pub(crate) fn feedback(&self) -> &[Feedback] {
        &self.0.feedback
    }
}
