//! [`Flights`]: equal requests that are under way at the same time are sent once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use super::super::error::LmError;
use super::entry::Entry;
use super::key::CacheKey;

/// What one request brought, to all who wait for it.
type Outcome = Result<Arc<Entry>, LmError>;
type Cell = Arc<OnceCell<Outcome>>;
/// Only requests for equally many completions are the same here.
type Route = (CacheKey, Option<u32>);

/// All requests under way.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<HashMap<Route, Cell>>);

impl Flights {
    /// What `ask` brings, or what somebody else's equal request under way brings.
    ///
    /// If the one who asks is dropped, the next in line asks again, and nobody who waits is lost.
    pub(super) async fn share(&self, route: Route, ask: impl Future<Output = Outcome>) -> Outcome {
        let seat = self.board(route);
        seat.cell.get_or_init(|| ask).await.clone()
    }

    fn board(&self, route: Route) -> Seat<'_> {
        let mut all = self.all();
        let cell = all.entry(route).or_default();
        if cell.initialized() {
            // It has landed; what it brought is in the cache, unless it was an error, which is
            // only for those who waited.
            *cell = Cell::default();
        }
        Seat { cell: Arc::clone(cell), flights: self, route }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Route, Cell>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of those who wait. The last one clears up, however they left.
struct Seat<'a> {
    flights: &'a Flights,
    route: Route,
    cell: Cell,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut all = self.flights.all();
        let Some(cell) = all.get(&self.route).filter(|cell| Arc::ptr_eq(cell, &self.cell)) else {
            return;
        };
        // The map's and this one. Seats are only taken and left under the lock.
        if cell.initialized() || Arc::strong_count(cell) <= 2 {
            all.remove(&self.route);
        }
    }
}
