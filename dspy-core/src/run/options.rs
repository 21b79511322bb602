//! What a run should do besides running.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use super::event::Event;
use super::feedback::Feedback;
use super::record::Trace;
use super::sink::EventSink;
use crate::lm::{Account, CacheUse};

/// Options of a [`Run`](super::Run).
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    pub(super) record: bool,
    pub(super) events: Option<Arc<EventSink>>,
    pub(super) feedback: Vec<Feedback>,
    pub(super) memo: Option<Trace>,
    pub(super) rollout: u64,
    pub(super) cache: CacheUse,
    pub(super) account: Option<Account>,
}

impl RunOptions {
    /// Keep a record of every call.
    #[must_use]
    pub fn recording(mut self) -> Self {
        self.record = true;
        self
    }

    /// Sample anew: requests of another rollout number share no cached answer.
    #[must_use]
    pub fn with_rollout(mut self, rollout: u64) -> Self {
        self.rollout = rollout;
        self
    }

    /// Use a model's cache so, where it has one.
    #[must_use]
    pub fn with_cache(mut self, cache: CacheUse) -> Self {
        self.cache = cache;
        self
    }

    /// Pay for the calls from this account.
    #[must_use]
    pub fn with_account(mut self, account: Account) -> Self {
        self.account = Some(account);
        self
    }

    /// Report what happens while it happens. Predictors then stream their answers.
    ///
    /// The run does not wait for the receiver, and goes on without it.
    /// [`Module::stream`](crate::module::Module::stream) does, and ends with it.
    #[must_use]
    pub fn with_events(mut self, events: UnboundedSender<Event>) -> Self {
        self.events = Some(Arc::new(EventSink::open(events)));
        self
    }

    pub(crate) fn with_sink(mut self, events: EventSink) -> Self {
        self.events = Some(Arc::new(events));
        self
    }

    /// Show predictors a past answer of theirs and what was wrong with it.
    #[must_use]
    pub fn with_feedback(mut self, feedback: impl IntoIterator<Item = Feedback>) -> Self {
        self.feedback.extend(feedback);
        self
    }

    /// Answer calls that an earlier run has paid for from its trace.
    ///
    /// A call is the same if its predictor's path and its whole request are; repeated calls are
    /// matched in order.
    #[must_use]
    pub fn with_memo(mut self, paid: Trace) -> Self {
        self.memo = Some(paid);
        self
    }
}
