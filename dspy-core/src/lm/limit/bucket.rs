//! [`Bucket`]: so much in a minute.

use std::time::Duration;

use tokio::time::Instant;

const MINUTE: f64 = 60.0;
/// The part of a minute's worth that can go out at once.
const AT_ONCE: f64 = 0.1;

#[derive(Debug)]
pub(super) struct Bucket {
    capacity: f64,
    per_second: f64,
    level: f64,
    at: Instant,
    /// What was taken and is not settled: the server's count may lack it.
    under_way: f64,
}

impl Bucket {
    pub(super) fn new(per_minute: u32, now: Instant) -> Self {
        let per_minute = f64::from(per_minute.max(1));
        let capacity = (per_minute * AT_ONCE).max(1.0);
        Self { capacity, per_second: per_minute / MINUTE, level: capacity, at: now, under_way: 0.0 }
    }

    /// Time until `need` can be taken. What is more than the bucket holds needs a full one.
    pub(super) fn wait(&mut self, need: f64, now: Instant) -> Duration {
        self.fill(now);
        let lacking = need.min(self.capacity) - self.level;
        // Less than can go out in a microsecond is a rounding error.
        if lacking <= self.per_second * 1e-6 {
            return Duration::ZERO;
        }
        Duration::try_from_secs_f64(lacking / self.per_second).unwrap_or(Duration::MAX)
    }

    pub(super) fn take(&mut self, need: f64) {
        self.level -= need;
        self.under_way += need;
    }

    /// Of `taken`, `used` was used.
    pub(super) fn settle(&mut self, taken: f64, used: f64) {
        self.under_way = (self.under_way - taken).max(0.0);
        self.level = (self.level + taken - used).min(self.capacity);
    }

    /// The server says so much is left for now.
    pub(super) fn correct(&mut self, remaining: u64, now: Instant) {
        self.fill(now);
        self.level = self.level.min(remaining as f64 - self.under_way);
    }

    /// The server's minute has begun anew.
    pub(super) fn refill(&mut self, now: Instant) {
        self.at = now;
        self.level = self.level.max(self.capacity - self.under_way);
    }

    pub(super) fn level(&mut self, now: Instant) -> f64 {
        self.fill(now);
        self.level
    }

    fn fill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = now;
        self.level = (self.level + passed * self.per_second).min(self.capacity);
    }
}
