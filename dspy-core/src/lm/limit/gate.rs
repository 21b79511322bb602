//! [`Gate`]: where calls wait for their turn.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use super::super::response::RateLimit;
use super::LimitStats;
use super::bucket::Bucket;
use super::crowd::Crowd;
use super::slot::Slot;

/// The longest time for which a server's word keeps everybody waiting.
const LONGEST_HOLD: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Policy {
    pub(super) concurrency: Option<usize>,
    pub(super) adaptive: bool,
    pub(super) requests: Option<u32>,
    pub(super) tokens: Option<u32>,
}

#[derive(Debug)]
pub(super) struct Gate {
    policy: Policy,
    crowd: Option<Arc<Crowd>>,
    /// Whose turn it is to take from the buckets: tokio's mutex serves in order.
    turn: tokio::sync::Mutex<()>,
    /// Something changed that may shorten a wait.
    eased: Notify,
    rates: Mutex<Rates>,
    waiting: AtomicUsize,
}

#[derive(Debug)]
struct Rates {
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    held: Option<Instant>,
    in_flight: usize,
    refused: u64,
}

impl Gate {
    pub(super) fn new(policy: Policy) -> Self {
        // Buckets begin full, whenever that is; a time before the runtime's start does no harm.
        let now = Instant::now();
        Self {
            policy,
            crowd: policy.concurrency.map(|most| Arc::new(Crowd::new(most))),
            turn: tokio::sync::Mutex::default(),
            eased: Notify::new(),
            rates: Mutex::new(Rates {
                requests: policy.requests.map(|number| Bucket::new(number, now)),
                tokens: policy.tokens.map(|number| Bucket::new(number, now)),
                held: None,
                in_flight: 0,
                refused: 0,
            }),
            waiting: AtomicUsize::new(0),
        }
    }

    pub(super) fn policy(&self) -> Policy {
        self.policy
    }

    /// Waits until a call with so many tokens may go out.
    pub(super) async fn enter(this: &Arc<Self>, prompt: u64, answers: u64) -> Slot {
        let waits = Waits::begin(&this.waiting);
        let place = match &this.crowd {
            Some(crowd) => Some(Crowd::enter(crowd).await),
            None => None,
        };
        let need = prompt.saturating_add(answers) as f64;
        let turn = this.turn.lock().await;
        loop {
            let wait = this.rates().try_take(need);
            if wait.is_zero() {
                break;
            }
            // Either is a reason to look again.
            let _ = timeout(wait, this.eased.notified()).await;
        }
        drop(turn);
        drop(waits);
        Slot::new(Arc::clone(this), place, prompt, need)
    }

    pub(super) fn crowd(&self) -> Option<&Crowd> {
        self.crowd.as_deref().filter(|_| self.policy.adaptive)
    }

    /// A call ended that had taken `taken` tokens and used `used`; `refund` says that it never went
    /// out.
    pub(super) fn leave(&self, taken: f64, used: f64, refund: bool) {
        let mut rates = self.rates();
        rates.in_flight = rates.in_flight.saturating_sub(1);
        if let Some(requests) = &mut rates.requests {
            requests.settle(1.0, if refund { 0.0 } else { 1.0 });
        }
        if let Some(tokens) = &mut rates.tokens {
            tokens.settle(taken, used);
        }
        drop(rates);
        self.eased.notify_one();
    }

    /// What the server's headers say.
    pub(super) fn heard(&self, limit: &RateLimit) {
        let now = Instant::now();
        let mut rates = self.rates();
        let pairs = [
            (limit.remaining_requests, limit.reset_requests),
            (limit.remaining_tokens, limit.reset_tokens),
        ];
        if let (Some(remaining), Some(bucket)) = (limit.remaining_requests, &mut rates.requests) {
            bucket.correct(remaining, now);
        }
        if let (Some(remaining), Some(bucket)) = (limit.remaining_tokens, &mut rates.tokens) {
            bucket.correct(remaining, now);
        }
        for (remaining, reset) in pairs {
            if let (Some(0), Some(reset)) = (remaining, reset) {
                rates.hold(reset, now);
            }
        }
    }

    /// The server said that it is too much, and perhaps for how long.
    pub(super) fn refused(&self, start: Instant, wait: Option<Duration>) {
        if let Some(crowd) = self.crowd() {
            crowd.refused(start);
        }
        let mut rates = self.rates();
        rates.refused += 1;
        if let Some(wait) = wait {
            rates.hold(wait, Instant::now());
        }
    }

    pub(super) fn stats(&self) -> LimitStats {
        let now = Instant::now();
        let mut rates = self.rates();
        let held = rates.held.map(|end| end.saturating_duration_since(now));
        LimitStats {
            in_flight: rates.in_flight,
            waiting: self.waiting.load(Ordering::Relaxed),
            concurrency: self.crowd.as_ref().map(|crowd| crowd.limit()),
            requests: rates.requests.as_mut().map(|bucket| bucket.level(now)),
            tokens: rates.tokens.as_mut().map(|bucket| bucket.level(now)),
            held: held.filter(|held| !held.is_zero()),
            refused: rates.refused,
        }
    }

    fn rates(&self) -> MutexGuard<'_, Rates> {
        self.rates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rates {
    /// Takes one request of `need` tokens, or says how long to wait.
    fn try_take(&mut self, need: f64) -> Duration {
        let now = Instant::now();
        if let Some(end) = self.held {
            let left = end.saturating_duration_since(now);
            if !left.is_zero() {
                return left;
            }
            // The time is over for which the server had nothing.
            self.held = None;
            for bucket in [&mut self.requests, &mut self.tokens].into_iter().flatten() {
                bucket.refill(now);
            }
        }
        let requests = self.requests.as_mut().map(|bucket| bucket.wait(1.0, now));
        let tokens = self.tokens.as_mut().map(|bucket| bucket.wait(need, now));
        let wait = requests.max(tokens).unwrap_or_default();
        if wait.is_zero() {
            if let Some(bucket) = &mut self.requests {
                bucket.take(1.0);
            }
            if let Some(bucket) = &mut self.tokens {
                bucket.take(need);
            }
            self.in_flight += 1;
        }
        wait
    }

    fn hold(&mut self, time: Duration, now: Instant) {
        let end = now.checked_add(time.min(LONGEST_HOLD));
        self.held = self.held.max(end);
    }
}

/// Counts somebody who waits, also if they leave.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn begin(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
