//! [`Entry`]: one kept answer.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::super::response::{FinishReason, Response, Usage};

/// An answer as the cache gives it out, and what it once cost.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Marked as cached, with nothing spent.
    response: Response,
    /// What the answer cost when it was made.
    pub(super) spent: Usage,
    /// Milliseconds since 1970.
    pub(super) created: u64,
}

impl Entry {
    pub(super) fn new(response: &Response) -> Self {
        let mut kept = response.clone();
        let spent = std::mem::take(&mut kept.usage);
        kept.cached = true;
        // What was left of the limits then says nothing now.
        kept.rate_limit = None;
        Self { response: kept, spent, created: now() }
    }

    /// The first `n` completions, or all.
    pub(super) fn answer(&self, n: Option<u32>) -> Response {
        let Response {
            completions,
            usage,
            model,
            request_id,
            cached,
            stand_in,
            rate_limit: _,
            provider,
        } = &self.response;
        let most = n.map_or(completions.len(), |n| n as usize);
        Response {
            completions: completions.iter().take(most).cloned().collect(),
            usage: *usage,
            model: model.clone(),
            request_id: request_id.clone(),
            cached: *cached,
            stand_in: stand_in.clone(),
            rate_limit: None,
            provider: provider.clone(),
        }
    }

    pub(super) fn completions(&self) -> usize {
        self.response.completions.len()
    }

    /// Whether a token limit or the context window cut a completion off.
    #[cfg(feature = "disk-cache")]
    pub(super) fn is_truncated(&self) -> bool {
        let cut = |finish: &FinishReason| {
            matches!(finish, FinishReason::Length | FinishReason::ContextWindow)
        };
        self.response.completions.iter().any(|completion| cut(&completion.finish))
    }

    pub(super) fn is_older_than(&self, limit: Option<Duration>) -> bool {
        limit.is_some_and(|limit| {
            now().saturating_sub(self.created)
                > u64::try_from(limit.as_millis()).unwrap_or(u64::MAX)
        })
    }

    /// About how much memory it takes: its length as JSON and what stands around it.
    pub(super) fn weight(&self) -> u32 {
        const AROUND: usize = 512;
        let mut length = Length(AROUND);
        if serde_json::to_writer(&mut length, &self.response).is_err() {
            return u32::MAX;
        }
        u32::try_from(length.0).unwrap_or(u32::MAX)
    }
}

/// Whether an answer is worth keeping for a request of `n` completions. One of a model that stood in
/// for another must not pass for the other's answer later.
pub(super) fn is_worth_keeping(response: &Response, n: Option<u32>, filtered_too: bool) -> bool {
    response.stand_in.is_none()
        && response.completions.len() >= n.unwrap_or(1).max(1) as usize
        && response.completions.iter().all(|completion| match completion.finish {
            FinishReason::Error => false,
            FinishReason::ContentFilter => filtered_too,
            _ => true,
        })
}

/// Milliseconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Counts what is written.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
