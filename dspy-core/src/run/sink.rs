//! Where the events of a run go.

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::event::Event;

/// How many events may wait to be read before the run waits, too.
const ROOM: usize = 64;

/// Takes events to whoever listens, and to whoever listens to the run around.
#[derive(Clone, Debug)]
pub(crate) struct EventSink {
    kind: Kind,
    outer: Option<Arc<EventSink>>,
}

#[derive(Clone, Debug)]
enum Kind {
    /// Without bound; the run goes on if the listener leaves.
    Open(UnboundedSender<Event>),
    /// The run goes only as fast as the listener reads, and not on without it.
    Paced { events: UnboundedSender<Queued>, room: Arc<Semaphore> },
}

/// An event on its way, and the room it takes until it is read.
#[derive(Debug)]
pub(crate) struct Queued {
    pub(crate) event: Event,
    _room: Option<OwnedSemaphorePermit>,
}

impl EventSink {
    /// One that never waits.
    pub(super) fn open(events: UnboundedSender<Event>) -> Self {
        Self { kind: Kind::Open(events), outer: None }
    }

    /// One that waits for its reader.
    pub(crate) fn paced() -> (Self, UnboundedReceiver<Queued>) {
        let (events, queue) = unbounded_channel();
        let kind = Kind::Paced { events, room: Arc::new(Semaphore::new(ROOM)) };
        (Self { kind, outer: None }, queue)
    }

    /// The same, and another one told of everything as well.
    pub(crate) fn and(self, outer: Option<&Arc<Self>>) -> Self {
        Self { outer: outer.cloned(), ..self }
    }

    /// Sends without waiting: for the few events that a call has beside its deltas.
    pub(super) fn send(&self, event: Event) {
        if let Some(outer) = &self.outer {
            outer.send(event.clone());
        }
        self.push(event, None);
    }

    /// Sends once there is room.
    pub(super) fn send_paced(&self, event: Event) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            if let Some(outer) = &self.outer {
                outer.send_paced(event.clone()).await;
            }
            let room = self.room().await;
            self.push(event, room);
        })
    }

    /// Room for one event, once there is some.
    pub(super) async fn room(&self) -> Option<OwnedSemaphorePermit> {
        match &self.kind {
            Kind::Open(_) => None,
            // Never closed: what a reader leaves unread gives its room back.
            Kind::Paced { room, .. } => Arc::clone(room).acquire_owned().await.ok(),
        }
    }

    /// Ends when the run is not to go on since its reader left.
    pub(super) async fn left(&self) {
        match &self.kind {
            Kind::Open(_) => pending().await,
            Kind::Paced { events, .. } => events.closed().await,
        }
    }

    fn push(&self, event: Event, room: Option<OwnedSemaphorePermit>) {
        // A listener that left wants no more events.
        match &self.kind {
            Kind::Open(events) => drop(events.send(event)),
            Kind::Paced { events, .. } => drop(events.send(Queued { event, _room: room })),
        }
    }
}
