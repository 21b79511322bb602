//! [`Limits`]: how long an exchange may take and how much may come.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// The limits of every exchange of a client.
#[derive(Clone, Debug)]
pub(in crate::lm) struct Limits {
    /// To connect.
    pub(in crate::lm) connect: Duration,
    /// Until the answer's head.
    pub(in crate::lm) first_byte: Option<Duration>,
    /// Between two pieces of the answer.
    pub(in crate::lm) idle: Option<Duration>,
    /// For everything.
    pub(in crate::lm) total: Duration,
    /// Bytes of one answer, after decompression.
    pub(in crate::lm) body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: None,
            idle: Some(Duration::from_secs(60)),
            total: Duration::from_secs(300),
            body: 32 << 20,
        }
    }
}

/// The time that one exchange has left.
pub(super) struct Clock {
    total: Duration,
    end: Option<Instant>,
    // One timer for all stages, moved from stage to stage: making one costs more.
    timer: Pin<Box<Sleep>>,
}

impl Clock {
    pub(super) fn start(limits: &Limits) -> Self {
        let now = Instant::now();
        let end = now.checked_add(limits.total);
        Self { total: limits.total, end, timer: Box::pin(sleep_until(end.unwrap_or(now))) }
    }

    /// What `stage` gives, if it comes within `limit` and the time that is left; otherwise the
    /// limit that it broke.
    pub(super) async fn within<T>(
        &mut self,
        limit: Option<Duration>,
        stage: impl Future<Output = T>,
    ) -> Result<T, Duration> {
        let mut stage = pin!(stage);
        let mut broken = None;
        poll_fn(|context| {
            // The stage is looked at first: what has come is taken, however late it is. What has
            // come already needs no timer, and the rest of a short answer comes with its head.
            if let Poll::Ready(done) = stage.as_mut().poll(context) {
                return Poll::Ready(Ok(done));
            }
            let Some(limit) = *broken.get_or_insert_with(|| self.set(limit)) else {
                return Poll::Pending;
            };
            self.timer.as_mut().poll(context).map(|()| Err(limit))
        })
        .await
    }

    /// Sets the timer to what ends first, the stage or the exchange, and says which limit that is.
    fn set(&mut self, limit: Option<Duration>) -> Option<Duration> {
        let own = limit.and_then(|limit| Some((Instant::now().checked_add(limit)?, limit)));
        let (end, limit) = match (own, self.end) {
            (Some((own, limit)), Some(end)) if own < end => (own, limit),
            (_, Some(end)) => (end, self.total),
            (Some(own), None) => own,
            (None, None) => return None,
        };
        if self.timer.deadline() != end {
            self.timer.as_mut().reset(end);
        }
        Some(limit)
    }
}
