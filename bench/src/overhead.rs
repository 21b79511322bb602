//! What a whole call over HTTP costs the client, beside a bare loop that posts a constant body.

mod ask;
mod load;
mod process;
mod server;

use std::io;
use std::time::Duration;

use serde::Serialize;

pub(crate) use self::ask::ClientKind;
pub(crate) use self::process::peak_rss_mb;
pub(crate) use self::server::serve;

/// What to measure.
#[derive(Clone, Debug)]
pub(crate) struct Overhead {
    /// The api base; without one a server of our own is started in a process of its own.
    pub(crate) base_url: Option<String>,
    pub(crate) requests: usize,
    pub(crate) concurrency: usize,
    pub(crate) client: ClientKind,
    pub(crate) runtime: Runtime,
    /// How long the server waits before each answer.
    pub(crate) latency: Option<Duration>,
}

/// Which runtime of tokio drives the client.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Runtime {
    Current,
    Multi,
}

impl Runtime {
    fn build(self) -> io::Result<tokio::runtime::Runtime> {
        match self {
            Self::Current => tokio::runtime::Builder::new_current_thread().enable_all().build(),
            Self::Multi => tokio::runtime::Builder::new_multi_thread().enable_all().build(),
        }
    }
}

#[derive(Serialize)]
struct Row {
    client: &'static str,
    requests: usize,
    concurrency: usize,
    wall_s: f64,
    rps: f64,
    p50_us: f64,
    p99_us: f64,
    cpu_us_per_call: f64,
    peak_rss_mb: f64,
}

/// Measures and prints one JSON line. A call that fails ends it all: a cheap error is no cheap call.
pub(crate) fn run(work: &Overhead) -> io::Result<()> {
    process::raise_file_limit()?;
    let (base, _server) = match &work.base_url {
        Some(base) => (base.clone(), None),
        None => {
            let server = server::Child::start(work.latency.unwrap_or_default())?;
            (server.base(), Some(server))
        }
    };
    let runtime = work.runtime.build()?;
    let measured = runtime.block_on(async {
        match work.client {
            ClientKind::Dspy => load::drive(ask::Dspy::new(&base)?, work).await,
            ClientKind::DspyNested => load::drive(ask::Nested::new(&base)?, work).await,
            ClientKind::Reqwest => load::drive(ask::Bare::new(&base).await?, work).await,
        }
    })?;
    let calls = work.requests as f64;
    let wall = measured.wall.as_secs_f64();
    let row = Row {
        client: work.client.name(),
        requests: work.requests,
        concurrency: work.concurrency,
        wall_s: rounded(wall, 3),
        rps: rounded(calls / wall, 0),
        p50_us: measured.quantile(0.5),
        p99_us: measured.quantile(0.99),
        cpu_us_per_call: rounded(measured.cpu.as_secs_f64() * 1e6 / calls, 2),
        peak_rss_mb: rounded(process::peak_rss_mb()?, 1),
    };
    println!("{}", serde_json::to_string(&row)?);
    if let Some(latency) = work.latency {
        let rounds = work.requests.div_ceil(work.concurrency);
        let ideal = latency.as_secs_f64() * rounds as f64;
        eprintln!("{:.3} s above the ideal {ideal:.3} s", wall - ideal);
    }
    Ok(())
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}
