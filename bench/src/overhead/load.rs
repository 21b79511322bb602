//! Calls, so many at once, and what they took.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::Overhead;
use super::ask::Ask;
use super::process;

/// What a load took.
pub(super) struct Measured {
    pub(super) wall: Duration,
    pub(super) cpu: Duration,
    /// Microseconds of each call, sorted.
    times: Vec<u32>,
}

impl Measured {
    /// A quantile of the calls' times, in microseconds.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let place = (share * self.times.len().saturating_sub(1) as f64).round() as usize;
        f64::from(self.times.get(place).copied().unwrap_or_default())
    }
}

/// Keeps `concurrency` calls in flight until all are made.
///
/// Connections are opened within the measured time: whoever starts calls pays for them.
pub(super) async fn drive(client: impl Ask, work: &Overhead) -> io::Result<Measured> {
    let answer = client.ask().await?;
    if !answer.contains("Paris") {
        return Err(io::Error::other(format!("the server answered `{answer}`, not Paris")));
    }
    let left = Arc::new(AtomicUsize::new(work.requests));
    let (start, cpu) = (Instant::now(), process::cpu()?);
    let mut tasks = JoinSet::new();
    for _ in 0..work.concurrency.min(work.requests) {
        let (client, left) = (client.clone(), Arc::clone(&left));
        tasks.spawn(async move {
            let mut times = Vec::new();
            while left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                .is_ok()
            {
                let start = Instant::now();
                client.ask().await?;
                times.push(u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX));
            }
            io::Result::Ok(times)
        });
    }
    let mut times = Vec::with_capacity(work.requests);
    while let Some(done) = tasks.join_next().await {
        times.extend(done.map_err(io::Error::other)??);
    }
    let (wall, cpu) = (start.elapsed(), process::cpu()? - cpu);
    times.sort_unstable();
    Ok(Measured { wall, cpu, times })
}
