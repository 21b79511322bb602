//! What a hit costs.

use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

use dspy::lm::{Cache, Cached, DiskCache, LanguageModel, Request, Scripted};
use futures_util::{StreamExt, stream};
use serde_json::json;

use super::{Folder, request, system};

/// Answers in the cache.
const ANSWERS: usize = 10_000;
/// Hits timed.
const HITS: usize = 50_000;

pub(super) async fn run() -> io::Result<()> {
    let folder = Folder::new()?;
    let disk = DiskCache::open(folder.0.join("answers.db")).map_err(io::Error::other)?;
    let caches =
        [("memory", Cache::new()), ("disk", Cache::builder().max_bytes(0).disk(&disk).build())];
    let rules = system();
    let requests: Vec<_> =
        (0..ANSWERS).map(|number| request(&rules, &format!("Question {number}?"))).collect();
    for (tier, cache) in caches {
        let model = Scripted::with(|_, _| "It is said to be so in the third passage. ".repeat(24));
        let lm = Cached::new(model.clone(), &cache);
        let fill = stream::iter(&requests).for_each_concurrent(64, |request| {
            let lm = &lm;
            async move { drop(lm.generate(request).await) }
        });
        fill.await;
        let times = time(&lm, &requests).await?;
        if model.calls() != ANSWERS {
            return Err(io::Error::other("what was timed were no hits"));
        }
        let at = |part: f64| times.get((times.len() as f64 * part) as usize).copied();
        let line = json!({
            "tier": tier,
            "answers": ANSWERS,
            "hits": HITS,
            "prompt_bytes": requests.first().map(|r| r.messages.iter().map(|m| m.text().len()).sum::<usize>()),
            "median_us": at(0.5),
            "p99_us": at(0.99),
        });
        writeln!(io::stdout(), "{line}")?;
    }
    Ok(())
}

/// Microseconds of each hit, the shortest first. Keys come in an order without pattern.
async fn time<M: LanguageModel>(lm: &Cached<M>, requests: &[Request]) -> io::Result<Vec<f64>> {
    let mut times = Vec::with_capacity(HITS);
    let mut place = 0;
    for _ in 0..HITS {
        place = (place + 7919) % requests.len();
        let Some(request) = requests.get(place) else { continue };
        let started = Instant::now();
        let answer = black_box(lm.generate(black_box(request)).await);
        let took = started.elapsed();
        if !answer.is_ok_and(|answer| answer.cached) {
            return Err(io::Error::other("a miss where a hit is due"));
        }
        times.push((took.as_secs_f64() * 1e9).round() / 1e3);
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}
