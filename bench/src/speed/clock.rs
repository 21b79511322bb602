//! CPU time of the calling thread.

use std::time::Duration;

use cpu_time::ThreadTime;

/// CPU time of one run.
pub(super) fn once(run: impl FnOnce()) -> Duration {
    let started = ThreadTime::now();
    run();
    started.elapsed()
}

/// Medians over rounds in which both were timed in turn: microseconds, and the ratio of a round.
pub(crate) struct Paired {
    pub(crate) ours: f64,
    pub(crate) other: f64,
    pub(crate) ratio: f64,
}

/// Times two things in turn, so that a machine whose speed drifts drifts for both.
pub(crate) fn paired(rounds: usize, mut ours: impl FnMut(), mut other: impl FnMut()) -> Paired {
    let (our_batch, other_batch) = (batch(&mut ours), batch(&mut other));
    let mut times: [Vec<f64>; 3] = Default::default();
    for _ in 0..rounds {
        let ours = micros(&mut ours, our_batch);
        let other = micros(&mut other, other_batch);
        for (all, time) in times.iter_mut().zip([ours, other, ours / other]) {
            all.push(time);
        }
    }
    let [ours, other, ratio] = times.map(median);
    Paired { ours, other, ratio }
}

/// Runs that together take some milliseconds: long against the clock's grain.
pub(crate) fn batch(run: &mut impl FnMut()) -> u32 {
    const LONG_ENOUGH: Duration = Duration::from_millis(8);
    let mut count = 1;
    while once(|| (0..count).for_each(|_| run())) < LONG_ENOUGH {
        count *= 2;
    }
    count
}

/// The mean of so many runs in a row: microseconds.
pub(crate) fn micros(run: &mut impl FnMut(), count: u32) -> f64 {
    let took = once(|| (0..count).for_each(|_| run()));
    took.as_secs_f64() * 1e6 / f64::from(count)
}

/// The middle one; the mean of the middle two.
pub(crate) fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    let middle = times.len() / 2;
    if times.len() % 2 == 1 {
        times[middle]
    } else {
        f64::midpoint(times[middle - 1], times[middle])
    }
}
