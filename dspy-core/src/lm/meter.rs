//! [`LmUsage`]: what a handle has spent so far.

use std::sync::atomic::{AtomicU64, Ordering};

use super::error::LmError;
use super::response::{Response, Usage};

/// What was asked through an [`Lm`](super::Lm) since it was made, whoever asked.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct LmUsage {
    /// Calls answered by the model, with their tokens and money.
    pub spent: Usage,
    /// Calls answered from a cache.
    pub cached: u64,
    /// Calls that failed.
    pub failed: u64,
}

/// Counts without locks.
#[derive(Debug, Default)]
pub(super) struct Meter {
    calls: AtomicU64,
    prompt_tokens: AtomicU64,
    completion_tokens: AtomicU64,
    cached_tokens: AtomicU64,
    cache_write_tokens: AtomicU64,
    reasoning_tokens: AtomicU64,
    /// The bits of an `f64`.
    usd: AtomicU64,
    unpriced_calls: AtomicU64,
    cached: AtomicU64,
    failed: AtomicU64,
}

impl Meter {
    pub(super) fn count(&self, answered: Result<&Response, &LmError>) {
        match answered {
            Ok(response) if response.cached => add(&self.cached, 1),
            Ok(response) => self.spend(&response.usage),
            Err(_) => add(&self.failed, 1),
        }
    }

    fn spend(&self, usage: &Usage) {
        add(&self.calls, usage.calls);
        add(&self.prompt_tokens, usage.prompt_tokens);
        add(&self.completion_tokens, usage.completion_tokens);
        add(&self.cached_tokens, usage.cached_tokens);
        add(&self.cache_write_tokens, usage.cache_write_tokens);
        add(&self.reasoning_tokens, usage.reasoning_tokens);
        add(&self.unpriced_calls, usage.unpriced_calls);
        if usage.usd != 0.0 {
            let more = |bits| Some((f64::from_bits(bits) + usage.usd).to_bits());
            // It is never refused, since there always is a sum.
            let _ = self.usd.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
        }
    }

    pub(super) fn read(&self) -> LmUsage {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        LmUsage {
            spent: Usage {
                calls: read(&self.calls),
                prompt_tokens: read(&self.prompt_tokens),
                completion_tokens: read(&self.completion_tokens),
                cached_tokens: read(&self.cached_tokens),
                cache_write_tokens: read(&self.cache_write_tokens),
                reasoning_tokens: read(&self.reasoning_tokens),
                usd: f64::from_bits(read(&self.usd)),
                unpriced_calls: read(&self.unpriced_calls),
            },
            cached: read(&self.cached),
            failed: read(&self.failed),
        }
    }
}

fn add(counter: &AtomicU64, count: u64) {
    // Most counts of most calls are zero, and a load is cheaper than a write.
    if count > 0 {
        counter.fetch_add(count, Ordering::Relaxed);
    }
}
