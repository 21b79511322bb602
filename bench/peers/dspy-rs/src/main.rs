//! dspy-rs's own cost of a call: `dspy-rs-overhead BASE REQUESTS CONCURRENCY`.
//!
//! Prints the JSON line that `dspy-bench overhead` prints, measured in the same way: one thread,
//! cache off, so many calls in flight, CPU time and memory as the system counts them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use dspy_rs::{LM, Predict, Predictor, Signature, example};
use nix::sys::resource::{Resource, Usage, UsageWho, getrlimit, getrusage, setrlimit};
use nix::sys::time::TimeVal;
use serde_json::json;
use tokio::task::JoinSet;

#[Signature]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

struct Client {
    predict: Predict,
    lm: Arc<LM>,
}

impl Client {
    async fn new(base: &str) -> anyhow::Result<Self> {
        let lm = LM::builder().base_url(base.to_owned()).model("bench".to_owned()).build().await?;
        Ok(Self { predict: Predict::new(Qa::new()), lm: Arc::new(lm) })
    }

    async fn ask(&self) -> anyhow::Result<()> {
        let input = example! { "question": "input" => "What is the capital of France?" };
        let prediction = self.predict.forward_with_config(input, Arc::clone(&self.lm)).await?;
        let answer = prediction.get("answer", None);
        ensure!(answer == "Paris", "the server answered `{answer}`, not Paris");
        Ok(())
    }
}

fn main() -> anyhow::Result<()> {
    let [base, requests, concurrency] =
        <[String; 3]>::try_from(std::env::args().skip(1).collect::<Vec<_>>())
            .ok()
            .context("usage: dspy-rs-overhead BASE REQUESTS CONCURRENCY")?;
    let (requests, concurrency) = (requests.parse()?, concurrency.parse()?);
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(drive(&base, requests, concurrency))
}

async fn drive(base: &str, requests: usize, concurrency: usize) -> anyhow::Result<()> {
    let client = Arc::new(Client::new(base).await?);
    client.ask().await?;
    let left = Arc::new(AtomicUsize::new(requests));
    let (start, before) = (Instant::now(), getrusage(UsageWho::RUSAGE_SELF)?);
    let mut tasks = JoinSet::new();
    for _ in 0..concurrency.min(requests) {
        let (client, left) = (Arc::clone(&client), Arc::clone(&left));
        tasks.spawn(async move {
            let mut times = Vec::new();
            while left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                .is_ok()
            {
                let start = Instant::now();
                client.ask().await?;
                times.push(start.elapsed().as_secs_f64() * 1e6);
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::with_capacity(requests);
    while let Some(done) = tasks.join_next().await {
        times.extend(done??);
    }
    let wall = start.elapsed().as_secs_f64();
    let after = getrusage(UsageWho::RUSAGE_SELF)?;
    let spent = (cpu(&after) - cpu(&before)).as_secs_f64();
    times.sort_by(f64::total_cmp);
    let quantile = |share: f64| {
        let place = (share * times.len().saturating_sub(1) as f64).round() as usize;
        times.get(place).copied().unwrap_or_default().round()
    };
    let row = json!({
        "client": "dspy-rs",
        "requests": requests,
        "concurrency": concurrency,
        "wall_s": rounded(wall, 3),
        "rps": (requests as f64 / wall).round(),
        "p50_us": quantile(0.5),
        "p99_us": quantile(0.99),
        "cpu_us_per_call": rounded(spent * 1e6 / requests as f64, 2),
        "peak_rss_mb": rounded(peak_mb(&after), 1),
    });
    println!("{row}");
    Ok(())
}

/// CPU time of all threads, in user space and in the kernel.
fn cpu(usage: &Usage) -> Duration {
    let time = |value: TimeVal| {
        let micros = value.tv_sec() * 1_000_000 + value.tv_usec();
        Duration::from_micros(u64::try_from(micros).unwrap_or_default())
    };
    time(usage.user_time()) + time(usage.system_time())
}

/// The most memory that was in use at once, in MiB.
fn peak_mb(usage: &Usage) -> f64 {
    // Kilobytes, but bytes on macOS.
    let unit = if cfg!(target_os = "macos") { 1.0 } else { 1024.0 };
    usage.max_rss() as f64 * unit / (1024.0 * 1024.0)
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}
