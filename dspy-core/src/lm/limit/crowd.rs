//! [`Crowd`]: how many may be inside at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// A number of places that can shrink and grow.
#[derive(Debug)]
pub(super) struct Crowd {
    places: Arc<Semaphore>,
    most: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    limit: usize,
    /// Places that are to go as soon as somebody leaves them.
    surplus: usize,
    /// Calls that went well since the limit last changed.
    well: usize,
    /// When the limit was last halved.
    halved: Option<Instant>,
}

/// A place. It comes back when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    crowd: Arc<Crowd>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Crowd {
    pub(super) fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        let state = State { limit: most, surplus: 0, well: 0, halved: None };
        Self { places: Arc::new(Semaphore::new(most)), most, state: Mutex::new(state) }
    }

    /// Waits in line for a place.
    pub(super) async fn enter(this: &Arc<Self>) -> Place {
        // It is never closed, so there always is a permit.
        let permit = Arc::clone(&this.places).acquire_owned().await.ok();
        Place { crowd: Arc::clone(this), permit }
    }

    pub(super) fn limit(&self) -> usize {
        self.state().limit
    }

    /// A call went well. After as many as there are places, there is one more.
    pub(super) fn went_well(&self) {
        let mut state = self.state();
        state.well += 1;
        if state.well < state.limit || state.limit >= self.most {
            return;
        }
        state.well = 0;
        state.limit += 1;
        match state.surplus.checked_sub(1) {
            Some(less) => state.surplus = less,
            None => self.places.add_permits(1),
        }
    }

    /// The server said it is too much to a call that began at `start`. Of all calls that were under
    /// way together only the first one counts.
    pub(super) fn refused(&self, start: Instant) {
        let mut state = self.state();
        if state.halved.is_some_and(|halved| start <= halved) {
            return;
        }
        let less = (state.limit / 2).max(1);
        let gone = self.places.forget_permits(state.limit - less);
        state.surplus += state.limit - less - gone;
        state.limit = less;
        state.well = 0;
        state.halved = Some(Instant::now());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(permit) = self.permit.take() else { return };
        let mut state = self.crowd.state();
        match state.surplus.checked_sub(1) {
            Some(less) => {
                state.surplus = less;
                permit.forget();
            }
            None => drop(permit),
        }
    }
}
