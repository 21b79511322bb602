//! [`Policy`]: whether to try again, and when.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use super::super::error::LmError;

/// Attempts at a request without chance in it that meets status 5xx.
const STEADY_ATTEMPTS: u32 = 3;
/// The part of a server's wait that is waited on top, at most: whoever was sent away together
/// should not come back together.
const ON_TOP: f64 = 0.1;
/// The most that is waited on top.
const MOST_ON_TOP: Duration = Duration::from_secs(1);

/// How often and for how long.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) attempts: u32,
    pub(super) base: Duration,
    pub(super) max_wait: Duration,
    pub(super) total: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            attempts: 8,
            base: Duration::from_millis(500),
            max_wait: Duration::from_secs(60),
            total: Duration::from_secs(900),
        }
    }
}

impl Policy {
    /// Whether anything is repeated at all.
    pub(super) fn repeats(&self) -> bool {
        self.attempts > 1
    }

    /// How long to wait after `failed` failed attempts, or `None` to give up.
    pub(super) fn wait(
        &self,
        error: &LmError,
        steady: bool,
        failed: u32,
        elapsed: Duration,
    ) -> Option<Duration> {
        let repeats_itself = steady && error.status().is_some_and(|status| status >= 500);
        let attempts = match repeats_itself && !error.is_overload() {
            true => self.attempts.min(STEADY_ATTEMPTS),
            false => self.attempts,
        };
        if failed >= attempts || !error.is_retryable() {
            return None;
        }
        let bound = self
            .base
            .saturating_mul(2u32.saturating_pow(failed.saturating_sub(1)))
            .min(self.max_wait);
        let wait = match error.retry_after().filter(|asked| !asked.is_zero()) {
            None => part(bound, uniform()),
            Some(asked) if asked > self.max_wait => return None,
            Some(asked) => {
                let on_top = part(asked, ON_TOP).min(MOST_ON_TOP);
                asked.saturating_add(part(on_top, uniform())).max(part(bound, uniform()))
            }
        };
        let ends = elapsed.checked_add(wait)?;
        (ends <= self.total).then_some(wait)
    }
}

fn part(whole: Duration, share: f64) -> Duration {
    Duration::try_from_secs_f64(whole.as_secs_f64() * share).unwrap_or(whole)
}

/// A random number from 0 up to, not including, 1.
///
/// The standard library gives every `RandomState` other keys, drawn from the operating system once
/// per thread. For spreading waits that is enough, and it needs neither a seed nor shared state.
fn uniform() -> f64 {
    let bits = RandomState::new().build_hasher().finish() >> 11;
    bits as f64 / (1u64 << 53) as f64
}
