//! The best of many scored places.

use std::cmp::Ordering;

/// The best `k`, best first; of equals the earlier place first.
pub(super) fn best<S: Copy>(
    mut scored: Vec<(u32, S)>,
    k: usize,
    by: impl Fn(&S, &S) -> Ordering,
) -> Vec<(u32, S)> {
    let order = |a: &(u32, S), b: &(u32, S)| by(&b.1, &a.1).then(a.0.cmp(&b.0));
    if k == 0 {
        return Vec::new();
    }
    if scored.len() > k {
        scored.select_nth_unstable_by(k - 1, order);
        scored.truncate(k);
    }
    scored.sort_unstable_by(order);
    scored
}
