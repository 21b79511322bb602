//! Runs that are listened to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::{Event, EventSink, Inner, Run, RunOptions, Scope, Slot};

impl Run {
    /// The same run, told to one more listener: within `scope`, with all else as it is.
    pub(crate) fn told_to(&self, events: EventSink, scope: &Arc<Scope>) -> Self {
        Self(Arc::new(Inner {
            root: Arc::clone(scope),
            next_invocation: AtomicU64::new(1),
            next_sequence: AtomicU64::new(0),
            records: None,
            events: Some(Arc::new(events.and(self.0.events.as_ref()))),
            feedback: self.0.feedback.clone(),
            memo: None,
            rollout: self.0.rollout,
            cache: self.0.cache,
            account: self.0.account.clone(),
            outer: Some(self.clone()),
            teller: None,
            index: None,
            hints: BTreeMap::new(),
        }))
    }

    /// A run of its own inside a program, where `slot` is: what is spent in it counts there, too, and
    /// who listens there hears of it.
    pub(crate) fn inside(mut options: RunOptions, slot: &Slot) -> Self {
        let around = slot.run();
        let teller = around.wants_events().then(|| around.clone());
        options.events = match options.events {
            Some(own) => Some(Arc::new(EventSink::clone(&own).and(around.0.events.as_ref()))),
            None => around.0.events.clone(),
        };
        Self::of(options, Arc::clone(slot.scope()), teller)
    }

    /// Whether anybody listens.
    pub(crate) fn wants_events(&self) -> bool {
        self.0.events.is_some()
    }

    /// Tells something that happened.
    pub(crate) fn emit(&self, event: Event) {
        if let Some(events) = &self.0.events {
            events.send(event);
        }
    }

    /// Tells something once there is room for it: whatever there may be much of.
    pub(crate) async fn emit_paced(&self, event: Event) {
        if let Some(events) = &self.0.events {
            events.send_paced(event).await;
        }
    }

    /// Waits until there is room for an event.
    pub(crate) async fn room(&self) {
        if let Some(events) = &self.0.events {
            drop(events.room().await);
        }
    }

    /// Ends when the run is not to go on, since whoever read its stream left.
    pub(crate) async fn listener_left(&self) {
        match &self.0.events {
            Some(events) => events.left().await,
            None => std::future::pending().await,
        }
    }

    /// Which attempts of strategies this is part of, the outermost first.
    pub(crate) fn attempts(&self) -> Vec<u32> {
        let around = self.0.outer.as_ref().or(self.0.teller.as_ref());
        let mut attempts = around.map(Self::attempts).unwrap_or_default();
        attempts.extend(self.0.index);
        attempts
    }
}
